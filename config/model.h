// Config: what the YAML text of a daemon says, as plain values, checked and with every default filled in.
//
// Each struct is a mapping of the text and each member the key of the same name (where that is a word of C++, with an
// underscore or another word behind it). Defaults stand here and nowhere else.
#pragma once

#include "common/ids.h"
#include "common/ipv4.h"
#include "crypto/provider.h"
#include "crypto/secret.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aaigw::config {

enum class Role : std::uint8_t { abs, ars };
enum class KdfProfile : std::uint8_t { draft, final_ };
enum class Idle : std::uint8_t { poll, sleep };
enum class HugePages : std::uint8_t { automatic, never, required };
enum class LogLevel : std::uint8_t { trace, debug, info, warn, error, critical };
enum class Zone : std::uint8_t { mzone, lzone };
enum class FlowHeader : std::uint8_t { agmh, spmh };
/// What a TEK is for: we send downlink under it, accept uplink under it, or both.
enum class TekUse : std::uint8_t { downlink, uplink, both };

struct Workers {
    std::vector<std::uint16_t> cores{1}; ///< CPU numbers, one worker each
    Idle idle = Idle::poll;
    std::uint32_t stall_alarm_ms = 1000;
};

struct Memory {
    HugePages huge_pages = HugePages::automatic;
    std::uint32_t size_mb = 256;
    std::uint32_t packets = 8192;
};

struct Port {
    std::string name{};
    std::string device{};  ///< PCI address, or the whole argument of a virtual device: `net_...`
    Ipv4Network address{}; ///< its own, with the prefix of the network around it
    std::optional<Ipv4Address> gateway{};
    std::uint16_t mtu = 1500;
    std::optional<MacAddress> mac{};
    std::uint16_t rx_ring = 1024;
    std::uint16_t tx_ring = 1024;

    [[nodiscard]] bool is_virtual() const noexcept { return device.starts_with("net_"); }
};

/// Names of ports; both may be the same.
struct Links {
    std::string access = "access";
    std::string core = "core";
};

struct Limits {
    std::uint32_t stations = 4096;
    std::uint32_t flows = 16384;
    std::uint32_t unauthenticated_control_per_s = 1000;
    std::uint32_t icmp_errors_per_s = 100;
};

struct Sector {
    std::uint8_t index = 0; ///< GSMTAP antenna_nr
    MacAddress absid{};
};

struct CorePeer {
    std::string name{};
    Ipv4Address address{};
    std::optional<MacAddress> mac{}; ///< of its next hop
};

struct Log {
    LogLevel level = LogLevel::info;
};

struct Preset {
    std::optional<std::uint32_t> frame_number{};
};

/// A key that stands in a file of its own; who uses the configuration reads it.
struct KeyFile {
    std::string path{};
};
/// Keys in the text itself are accepted in a lab only.
using KeySource = std::variant<KeyFile, crypto::Secret<crypto::kAesKeyBytes>>;

/// PNs are absolute: in the MZone within our sending direction's half.
template <class Pn>
struct Tek {
    Eks eks{};
    KeySource key{};
    TekUse use = TekUse::both;
    std::optional<Pn> next_pn{};    ///< the first one that we use
    std::optional<Pn> soft_limit{}; ///< using it asks for the next TEK
    std::optional<Pn> hard_limit{}; ///< the last one that is ever used
    std::optional<Pn> ceiling{};    ///< the last one that is reserved so far
};

/// The SAID says how it protects: 1 by AES-CCM, 2 by AES-CTR.
struct MzoneSa {
    MzoneSaid said{};
    crypto::IcvSize icv = crypto::IcvSize::eight;
    std::uint16_t window = 128;
    std::vector<Tek<MzonePn>> teks{};
};

inline constexpr MzoneSaid kCcmSaid = MzoneSaid::from_field(1);
inline constexpr MzoneSaid kCtrSaid = MzoneSaid::from_field(2);

struct LzoneSa {
    LzoneSaid said{};
    std::uint16_t window = 128;
    std::vector<Tek<LzonePn>> teks{};
};

template <class Sa>
struct Context {
    AkSn pmk_sn{};
    AkId akid{};
    std::optional<KeySource> cmac_key_u{}; ///< uplink control is verified with it
    std::optional<KeySource> cmac_key_d{};
    std::vector<Sa> sas{};
};

/// What a station is in the MZone. The first context is the active one, the second is pending: receive only.
struct MzoneStation {
    Stid stid{};
    std::vector<Context<MzoneSa>> contexts{};
};

/// What a station is in the LZone; contexts as in MzoneStation.
struct LzoneStation {
    Cid basic_cid{};
    Cid primary_cid{};
    std::optional<Cid> secondary_cid{};
    std::vector<Context<LzoneSa>> contexts{};
};

struct Flow {
    std::optional<Fid> fid{}; ///< there when the station is in the MZone
    std::optional<Cid> cid{}; ///< there when the station is in the LZone
    std::uint16_t said = 1;   ///< its SA, by the same number in each zone
    std::uint32_t data_path_id = 0;
    std::string core{}; ///< name of a core peer
    FlowHeader header = FlowHeader::agmh;
    bool crc = false;
    std::optional<std::uint16_t> max_packet{};
};

struct Station {
    std::optional<std::string> name{};
    std::uint8_t sector = 0;
    std::optional<Ipv4Address> address{};
    std::optional<MacAddress> mac{}; ///< of its next hop
    std::optional<std::uint16_t> udp_port{};
    std::optional<MzoneStation> mzone{};
    std::optional<LzoneStation> lzone{};
    /// The zone that downlink uses; of a station in one zone that zone.
    std::optional<Zone> transmit{};
    std::vector<Flow> flows{};
};

/// `static:` in the text.
struct StaticPart {
    std::vector<Station> stations{};
};

/// Move-only, since it can hold keys.
struct Config {
    bool lab = false;
    Role role = Role::abs;
    KdfProfile kdf_profile = KdfProfile::draft;
    Workers workers{};
    Memory memory{};
    std::vector<Port> ports{};
    Links links{};
    Limits limits{};
    std::vector<Sector> sectors{};
    std::vector<CorePeer> core_peers{};
    std::string control_socket = "/run/aaigw/aaigwd.sock";
    std::string state_dir = "/var/lib/aaigw";
    Log log{};
    std::optional<std::string> keylog{};
    Preset preset{};
    StaticPart static_part{};
};

/// The place in `entries` (ports or core peers) of the one with that name; of a name that a checked Config refers to
/// there always is one, of others the size.
template <class Entry>
[[nodiscard]] std::size_t index_of(const std::vector<Entry>& entries, std::string_view name)
{
    const auto found = std::ranges::find(entries, name, &Entry::name);
    return static_cast<std::size_t>(found - entries.begin());
}

} // namespace aaigw::config
