// Texts that load, ways to spoil them, and what load() then says.
#pragma once

#include "config/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aaigw::config {

/// With each key of a gateway that is no lab.
inline constexpr std::string_view kGateway = R"(lab: false
role: ars
kdf_profile: final
workers:
  cores: [1, 2]
  idle: sleep
  stall_alarm_ms: 500
memory:
  huge_pages: required
  size_mb: 1024
  packets: 65536
ports:
  - name: air
    device: 0000:01:00.0
    address: 192.0.2.1/24
    gateway: 192.0.2.254
    mtu: 9000
    mac: 02:00:00:00:00:01
    rx_ring: 2048
    tx_ring: 512
  - name: net
    device: "net_af_packet0,iface=eth1"
    address: 198.51.100.1/25
links: {access: air, core: net}
limits:
  stations: 100
  flows: 200
  unauthenticated_control_per_s: 10
  icmp_errors_per_s: 0
sectors:
  - {index: 0, absid: "02:00:00:00:aa:00"}
  - {index: 255, absid: 02:00:00:00:aa:01}
core_peers:
  - {name: core0, address: 198.51.100.2}
  - {name: core1, address: 198.51.100.3, mac: "06:00:00:00:02:03"}
control_socket: /run/one/socket
state_dir: /var/lib/one
log: {level: warn}
)";

/// With each key that is for labs only.
inline constexpr std::string_view kLab = R"(lab: true
ports:
  - {name: access, device: net_null0, address: 192.0.2.1/24}
  - {name: core, device: net_null1, address: 198.51.100.1/24}
sectors:
  - {index: 7, absid: 02:00:00:00:aa:00}
core_peers:
  - {name: core0, address: 198.51.100.2}
keylog: /run/lab/keys
preset:
  frame_number: 5
static:
  stations:
    - name: ams1
      sector: 7
      address: 192.0.2.2
      mac: 02:00:00:00:01:02
      udp_port: 4730
      mzone:
        stid: 291
        contexts:
          - pmk_sn: 1
            akid: 0011223344556677
            cmac_key_u: 101112131415161718191a1b1c1d1e1f
            cmac_key_d: {file: /etc/lab/cmac}
            sas:
              - said: 1
                icv: 4
                window: 1024
                teks:
                  - eks: 0
                    key: 00010203040506070809000102030405
                    use: downlink
                    next_pn: 0x10
                    soft_limit: 0x100000
                    hard_limit: 0x1ffff0
                    ceiling: 0x1000
                  - {eks: 3, key: {file: /etc/lab/tek}, use: uplink}
              - said: 2
                teks:
                  - {eks: 0, key: 202122232425262728292a2b2c2d2e2f}
          - pmk_sn: 15
            akid: 8899aabbccddeeff
            sas:
              - {said: 1, teks: [{eks: 1, key: {file: /etc/lab/next1}}]}
              - {said: 2, teks: [{eks: 1, key: {file: /etc/lab/next2}}]}
      lzone:
        basic_cid: 1
        primary_cid: 2
        secondary_cid: 3
        contexts:
          - pmk_sn: 0
            akid: 0000000000000000
            sas:
              - said: 1
                window: 32
                teks:
                  - {eks: 2, key: 303132333435363738393a3b3c3d3e3f, next_pn: 0xffffffff}
              - said: 2
                teks:
                  - {eks: 2, key: 404142434445464748494a4b4c4d4e4f}
      transmit: lzone
      flows:
        - fid: 3
          cid: 100
          said: 2
          data_path_id: 0xffffffff
          core: core0
          header: spmh
          crc: true
          max_packet: 100
    - sector: 7
      mzone:
        stid: 292
        contexts:
          - pmk_sn: 2
            akid: 0000000000000001
            sas:
              - {said: 1, teks: [{eks: 0, key: {file: /etc/lab/other}}]}
      flows:
        - {fid: 3, data_path_id: 1, core: core0}
    - sector: 7
      lzone:
        basic_cid: 11
        primary_cid: 12
        contexts:
          - pmk_sn: 2
            akid: 0000000000000002
            sas:
              - {said: 1, teks: [{eks: 0, key: {file: /etc/lab/third}}]}
      flows:
        - {cid: 101, data_path_id: 2, core: core0}
)";

using Lines = std::vector<std::string>;

/// What load() refuses, each as `line:column: message`.
inline Lines problems_of(std::string_view text)
{
    const auto config = load(text, "gw.yaml");
    Lines lines;
    if (!config) {
        for (const Problem& problem : config.error())
            lines.push_back(to_text(problem).substr(std::string_view{"gw.yaml:"}.size()));
    }
    return lines;
}

using Edit = std::pair<std::string_view, std::string_view>;

/// `text` with the first of each pair, which is in it once, turned into the second.
inline std::string edited(std::string_view text, std::initializer_list<Edit> edits)
{
    std::string result{text};
    for (const auto& [from, to] : edits) {
        const std::size_t at = result.find(from);
        EXPECT_TRUE(at != std::string::npos && result.find(from, at + 1) == std::string::npos)
            << "not there once: " << from;
        if (at != std::string::npos)
            result.replace(at, from.size(), to);
    }
    return result;
}

/// Refused at each `^` of the text and nowhere else, with these messages in turn. A `@` in a message is the place of
/// the `@` in the text. Neither is part of the text.
inline void expect_refused(std::string_view marked, const Lines& messages)
{
    std::string text;
    std::string other_place;
    Lines expected;
    for (const char c : marked) {
        const auto line = 1 + std::ranges::count(text, '\n');
        const std::size_t column = text.size() - (text.rfind('\n') + 1) + 1; // npos + 1 is 0
        const std::string place = std::to_string(line) + ":" + std::to_string(column);
        if (c == '@')
            other_place = place;
        else if (c == '^')
            expected.push_back(place + ": ");
        else
            text += c;
    }
    ASSERT_EQ(expected.size(), messages.size()) << "marks and messages";
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::size_t at = messages[i].find('@');
        expected[i] += at == std::string::npos
                           ? messages[i]
                           : std::string{messages[i]}.replace(at, 1, other_place);
    }
    EXPECT_EQ(problems_of(text), expected) << text;
}

/// A way to spoil one of the texts above.
struct Refusal {
    std::string_view name;
    std::initializer_list<Edit> edits;
    Lines messages;
};

inline void PrintTo(const Refusal& refusal, std::ostream* out)
{
    *out << refusal.name;
}

inline std::string name_of(const testing::TestParamInfo<Refusal>& info)
{
    return std::string{info.param.name};
}

} // namespace aaigw::config
