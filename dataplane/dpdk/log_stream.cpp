#include "dataplane/dpdk/log_stream.h"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_log.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace aaigw::dpdk {

namespace {

// Logged as warnings at every start, and no operator can or need do anything about them.
constexpr std::array<std::string_view, 3> kMeaningless{
    "TELEMETRY: No legacy callbacks",
    "EAL: No free 1048576 kB hugepages",
    "EAL: No available 1048576 kB hugepages",
};

struct Stream {
    LogSink sink;
    std::FILE* file = nullptr;
};

std::unique_ptr<Stream> stream;
thread_local FirstLogLine* first_line = nullptr;

void pass_on(const Stream& to, std::string_view line)
{
    const bool meaningless = std::any_of(kMeaningless.begin(), kMeaningless.end(),
                                         [&](auto start) { return line.starts_with(start); });
    if (line.empty() || meaningless)
        return;
    if (first_line != nullptr)
        first_line->note(line);
    to.sink(line);
}

/// One whole message, which DPDK flushes after each call.
ssize_t write_log(void* cookie, const char* text, std::size_t size) noexcept
{
    std::string_view rest{text, size};
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        pass_on(*static_cast<const Stream*>(cookie), rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return static_cast<ssize_t>(size);
}

void write_to_standard_error(std::string_view line)
{
    // Nobody is left to tell when this fails.
    static_cast<void>(
        std::fprintf(stderr, "dpdk: %.*s\n", static_cast<int>(line.size()), line.data()));
}

} // namespace

Result<void> start_log(LogSink sink)
{
    auto made = std::make_unique<Stream>();
    made->sink = sink ? std::move(sink) : write_to_standard_error;
    made->file = fopencookie(made.get(), "w", {nullptr, write_log, nullptr, nullptr});
    if (made->file == nullptr || rte_openlog_stream(made->file) != 0)
        return fail(ErrorCode::unavailable, "DPDK's log could not be opened");
    rte_log_set_global_level(RTE_LOG_WARNING);
    stream = std::move(made);
    return {};
}

void stop_log() noexcept
{
    if (!stream)
        return;
    rte_openlog_stream(nullptr);
    static_cast<void>(std::fclose(stream->file));
    stream.reset();
}

FirstLogLine::FirstLogLine() noexcept : outer_{first_line}
{
    first_line = this;
}

FirstLogLine::~FirstLogLine()
{
    first_line = outer_;
}

void FirstLogLine::note(std::string_view line)
{
    if (line_.empty())
        line_ = line;
}

std::string FirstLogLine::explain(int error) const
{
    const char* meaning = rte_strerror(std::abs(error));
    return line_.empty() ? meaning : fmt::format("{} ({})", meaning, line_);
}

} // namespace aaigw::dpdk
