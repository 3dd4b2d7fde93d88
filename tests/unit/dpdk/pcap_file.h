// Captures for net_pcap, written and read without its library.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace aaigw::dpdk {

using Frame = std::vector<std::uint8_t>;

/// What stands at the start of a capture of Ethernet frames, in this machine's byte order.
struct PcapHeader {
    std::uint32_t magic = 0xa1b2c3d4;
    std::uint16_t major = 2;
    std::uint16_t minor = 4;
    std::uint32_t zone = 0;
    std::uint32_t accuracy = 0;
    std::uint32_t longest = 65535;
    std::uint32_t link_type = 1;
};

/// Before each frame.
struct PcapRecord {
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;
    std::uint32_t captured = 0;
    std::uint32_t length = 0;
};

inline void write_pcap(const std::string& path, const std::vector<Frame>& frames)
{
    std::ofstream out{path, std::ios::binary};
    const auto write = [&](const auto* data, std::size_t size) {
        out.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    };
    const PcapHeader header;
    write(&header, sizeof(header));
    for (const Frame& frame : frames) {
        const auto size = static_cast<std::uint32_t>(frame.size());
        const PcapRecord record{.captured = size, .length = size};
        write(&record, sizeof(record));
        write(frame.data(), frame.size());
    }
}

inline std::vector<Frame> read_pcap(const std::string& path)
{
    std::ifstream in{path, std::ios::binary};
    const auto read = [&](auto* data, std::size_t size) -> bool {
        return !!in.read(reinterpret_cast<char*>(data), static_cast<std::streamsize>(size));
    };
    std::vector<Frame> frames;
    PcapHeader header;
    if (!read(&header, sizeof(header)))
        return frames;
    PcapRecord record;
    while (read(&record, sizeof(record))) {
        Frame frame(record.captured);
        if (!read(frame.data(), frame.size()))
            break;
        frames.push_back(std::move(frame));
    }
    return frames;
}

} // namespace aaigw::dpdk
