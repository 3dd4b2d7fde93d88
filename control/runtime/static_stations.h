// Static stations: those that stand in the configuration with their keys, put into the tables.
#pragma once

#include "common/result.h"
#include "config/model.h"
#include "dataplane/sa/installer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aaigw::runtime {

struct StaticStation {
    sa::StationRef ref;
    std::string name; ///< as in the configuration, or `station 3`: its number there
    std::vector<sa::ContextRef>
        contexts{}; ///< those of the MZone first, each zone's active one first
    /// Where it is, as far as that is configured; without a MAC address it has to be asked for.
    std::optional<sa::StationAddress> address{};
    bool has_mac = false;
};

/// In the order of the configuration. The first one that cannot be installed ends it; the error names the station. Key
/// files are read here: see read_key().
[[nodiscard]] Result<std::vector<StaticStation>> install_static(const config::Config& config,
                                                                sa::Installer& installer);

} // namespace aaigw::runtime
