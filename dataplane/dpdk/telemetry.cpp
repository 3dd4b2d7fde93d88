#include "dataplane/dpdk/telemetry.h"

#include <fmt/format.h>
#include <rte_errno.h>
#include <rte_telemetry.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <utility>

namespace aaigw::dpdk {

namespace {

/// What DPDK cannot keep for us: it takes a plain function, and never forgets a command.
struct Registry {
    std::mutex mutex;
    std::map<std::string, TelemetryAnswer, std::less<>> answers; ///< empty function: out of use
};

Registry& registry()
{
    static Registry the_registry;
    return the_registry;
}

bool add_text(rte_tel_data* out, const char* name, const std::string& text)
{
    const std::string cut = text.substr(0, RTE_TEL_MAX_STRING_LEN - 1);
    return rte_tel_data_add_dict_string(out, name, cut.c_str()) == 0;
}

bool add_entries(rte_tel_data* out, const TelemetryObject& object)
{
    struct Adder {
        rte_tel_data* out;
        const char* name;

        bool operator()(std::uint64_t number) const
        {
            return rte_tel_data_add_dict_u64(out, name, number) == 0;
        }
        bool operator()(const std::string& text) const { return add_text(out, name, text); }
        bool operator()(const TelemetryObject& inner) const
        {
            rte_tel_data* data = rte_tel_data_alloc();
            if (data == nullptr)
                return false;
            // From the second call on `data` belongs to `out`, which frees it after the answer was sent.
            if (rte_tel_data_start_dict(data) == 0 && add_entries(data, inner) &&
                rte_tel_data_add_dict_container(out, name, data, 0) == 0)
                return true;
            rte_tel_data_free(data);
            return false;
        }
    };
    for (const TelemetryEntry& entry : object) {
        if (!std::visit(Adder{out, entry.name.c_str()}, entry.value))
            return false;
    }
    return true;
}

int answer_command(const char* command, const char* parameters, rte_tel_data* out)
{
    Registry& all = registry();
    const std::scoped_lock lock{all.mutex};
    const auto found = all.answers.find(std::string_view{command});
    if (found == all.answers.end() || !found->second)
        return -ENOENT;
    const auto answer = found->second(parameters == nullptr ? "" : parameters);
    rte_tel_data_start_dict(out);
    const bool added =
        answer ? add_entries(out, *answer) : add_text(out, "error", answer.error().message);
    return added ? 0 : -E2BIG;
}

} // namespace

Result<TelemetryCommand> TelemetryCommand::add(const std::string& path, const std::string& help,
                                               TelemetryAnswer answer)
{
    Registry& all = registry();
    const std::scoped_lock lock{all.mutex};
    const auto found = all.answers.find(path);
    if (found != all.answers.end() && found->second)
        return fail(ErrorCode::invalid_argument,
                    fmt::format("telemetry command {}: there is one already", path));
    if (found == all.answers.end()) {
        if (const int error =
                rte_telemetry_register_cmd(path.c_str(), answer_command, help.c_str());
            error != 0)
            return fail(ErrorCode::unavailable,
                        fmt::format("telemetry command {}: {}", path, rte_strerror(-error)));
    }
    all.answers[path] = std::move(answer);
    return TelemetryCommand{path};
}

TelemetryCommand::TelemetryCommand(TelemetryCommand&& other) noexcept
    : path_{std::exchange(other.path_, {})}
{
}

TelemetryCommand::~TelemetryCommand()
{
    if (path_.empty())
        return;
    Registry& all = registry();
    const std::scoped_lock lock{all.mutex};
    all.answers[path_] = nullptr;
}

} // namespace aaigw::dpdk
