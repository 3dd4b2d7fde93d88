// Fuzz target: the daemon's configuration, from bytes to checked values or to a list of problems.
#include "config/load.h"
#include "config/node.h"
#include "tests/fuzz/fuzz_input.h"

#include <algorithm>
#include <string_view>

namespace {

using namespace aaigw::config;

/// As many hex digits in a row as only a key has.
bool shows_key(std::string_view message)
{
    constexpr int kDigits = 31;
    int run = 0;
    for (const char c : message) {
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        run = hex ? run + 1 : 0;
        if (run == kDigits)
            return true;
    }
    return false;
}

void check_problems(std::string_view text, const std::vector<Problem>& problems)
{
    const auto lines = std::ranges::count(text, '\n') + 1;
    AAIGW_CHECK(!problems.empty());
    AAIGW_CHECK(problems.size() <= Reading::kMaxProblems + 1);
    AAIGW_CHECK(std::ranges::is_sorted(problems, {}, &Problem::place));
    for (const Problem& problem : problems) {
        AAIGW_CHECK(problem.place.line >= 1 && problem.place.line <= lines);
        AAIGW_CHECK(problem.place.column >= 1 && problem.place.column <= text.size() + 1);
        AAIGW_CHECK(!problem.message.empty());
        AAIGW_CHECK(
            std::ranges::all_of(problem.message, [](char c) { return c >= ' ' && c <= '~'; }));
        AAIGW_CHECK(!shows_key(problem.message));
    }
}

void check_station(const Config& config, const Station& station)
{
    const auto sector = std::ranges::find(config.sectors, station.sector, &Sector::index);
    AAIGW_CHECK(sector != config.sectors.end());
    AAIGW_CHECK(station.mzone || station.lzone);
    AAIGW_CHECK(station.transmit == Zone::mzone ? station.mzone.has_value()
                                                : station.lzone.has_value());
    for (const Flow& flow : station.flows) {
        AAIGW_CHECK(flow.fid.has_value() == station.mzone.has_value());
        AAIGW_CHECK(flow.cid.has_value() == station.lzone.has_value());
        AAIGW_CHECK(index_of(config.core_peers, flow.core) < config.core_peers.size());
    }
}

void check_config(const Config& config)
{
    AAIGW_CHECK(!config.ports.empty() && config.ports.size() <= 16);
    AAIGW_CHECK(!config.sectors.empty() && config.sectors.size() <= 256);
    AAIGW_CHECK(!config.core_peers.empty() && config.core_peers.size() <= 64);
    AAIGW_CHECK(!config.workers.cores.empty() && config.workers.cores.size() <= 64);
    AAIGW_CHECK(index_of(config.ports, config.links.access) < config.ports.size());
    AAIGW_CHECK(index_of(config.ports, config.links.core) < config.ports.size());
    const bool for_labs =
        config.keylog || config.preset.frame_number || !config.static_part.stations.empty();
    AAIGW_CHECK(config.lab || !for_labs);
    for (const Station& station : config.static_part.stations)
        check_station(config, station);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = aaigw::FuzzInput{data, size}.rest();
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const auto config = load(text, "f");
    if (config)
        check_config(*config);
    else
        check_problems(text, config.error());
    return 0;
}
