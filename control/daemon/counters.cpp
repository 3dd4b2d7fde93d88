#include "control/daemon/counters.h"

#include "dataplane/path/verdict.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace aaigw::daemon {

using Json = nlohmann::ordered_json;

std::string counters_json(const runtime::Gateway& gateway, const runtime::StopReport& report)
{
    Json workers = Json::array();
    for (std::size_t i = 0; i < gateway.worker_count(); ++i) {
        const path::PathStats& stats = gateway.worker(i).stats;
        Json verdicts = Json::object();
        for (std::size_t v = 0; v < path::kVerdicts; ++v)
            verdicts[std::string{path::name(static_cast<path::Verdict>(v))}] =
                stats.verdicts[v].value();
        workers.push_back({{"rx", stats.received()},
                           {"frames", stats.frames.value()},
                           {"further_pdus", stats.further_pdus.value()},
                           {"taken_over", stats.taken_over.value()},
                           {"commanded", stats.commanded.value()},
                           {"verdicts", std::move(verdicts)}});
    }
    const Json all{{"workers", std::move(workers)}, {"buffers_in_use", report.buffers_in_use}};
    return all.dump(2) + "\n";
}

Result<void> write_file(const std::string& path, const std::string& text)
{
    std::ofstream file{path};
    file << text << std::flush;
    if (!file)
        return fail(ErrorCode::io, fmt::format("{} cannot be written", path));
    return {};
}

} // namespace aaigw::daemon
