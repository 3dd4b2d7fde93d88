// Reading of literal arguments, files and standard input into wiped buffers.
#include "control/ctl/text_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace aaigw::ctl {

namespace {

class OwnedFile {
  public:
    explicit OwnedFile(const std::string& path) noexcept
        : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)}
    {
    }
    OwnedFile(const OwnedFile&) = delete;
    OwnedFile& operator=(const OwnedFile&) = delete;
    ~OwnedFile()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    int fd_;
};

constexpr bool is_space(char c) noexcept
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void trim(SecretBuffer& buffer)
{
    const std::string_view text = buffer.text();
    const auto first = std::ranges::find_if_not(text, is_space);
    const auto last = std::find_if_not(text.rbegin(), text.rend(), is_space).base();
    const auto begin = static_cast<std::size_t>(first - text.begin());
    const auto size = first < last ? static_cast<std::size_t>(last - first) : 0;
    buffer.keep(begin, size);
}

/// All that `fd` still has. `what` is "its file" or "standard input", for the message.
Result<SecretBuffer> read_all(std::string_view name, std::string_view what, int fd,
                              std::size_t most)
{
    SecretBuffer buffer{most + 1};
    MutableBytes room = buffer.mutable_bytes();
    while (!room.empty()) {
        const ssize_t got = ::read(fd, room.data(), room.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(ErrorCode::invalid_argument, fmt::format("{}: cannot read {}: {}", name,
                                                                 what, ::strerrordesc_np(errno)));
        if (got == 0)
            break;
        room = room.subspan(static_cast<std::size_t>(got));
    }
    if (room.empty())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: {} has more than {} bytes", name, what, most));
    buffer.keep(0, buffer.size() - room.size());
    return buffer;
}

Result<SecretBuffer> read_path(std::string_view name, const std::string& path, std::size_t most)
{
    // The path is not quoted in messages: it may be a key with a slip of the finger before it.
    const OwnedFile file{path};
    if (file.fd() < 0)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: cannot open its file: {}", name, ::strerrordesc_np(errno)));
    return read_all(name, "its file", file.fd(), most);
}

} // namespace

Result<SecretBuffer> TextSource::read_standard_input(std::string_view name, std::size_t most)
{
    if (!standard_input_user_.empty())
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: '-' can be used once, and {} has read standard input", name,
                                standard_input_user_));
    standard_input_user_ = name;
    return read_all(name, "standard input", standard_input_, most);
}

Result<SecretBuffer> TextSource::read_file(std::string_view name, const std::string& path,
                                           std::size_t most)
{
    return path == "-" ? read_standard_input(name, most) : read_path(name, path, most);
}

Result<SecretBuffer> TextSource::read(std::string_view name, std::string_view argument)
{
    if (argument == "-" || argument.starts_with('@')) {
        TRY(SecretBuffer content,
            argument == "-" ? read_standard_input(name, kMaxFileBytes)
                            : read_path(name, std::string{argument.substr(1)}, kMaxFileBytes));
        trim(content);
        return content;
    }
    // The options all have long names, so two dashes here mean that the value was left out.
    if (argument.starts_with("--"))
        return fail(ErrorCode::invalid_argument,
                    fmt::format("{}: its value is missing; an option follows", name));
    SecretBuffer buffer{argument.size()};
    std::ranges::copy(argument, buffer.mutable_bytes().begin());
    return buffer;
}

} // namespace aaigw::ctl
