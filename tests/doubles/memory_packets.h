// Packet buffers on the heap with exactly the room that is promised, guarded on both sides and counted.
#pragma once

#include "common/check.h"
#include "dataplane/path/io.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define AAIGW_HEAP_IS_GUARDED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AAIGW_HEAP_IS_GUARDED 1
#endif
#endif

namespace aaigw::path::doubles {

/// Gives packets out and takes them back, on one thread. Each has a heap block of its own and not a byte more than a packet may use:
/// AddressSanitizer sees any access beyond it, and without that, guard bytes show a write when the packet comes back.
/// What a stage has to fill in holds nonsense before, as memory that was used for another packet does.
class MemoryPackets final : public PacketStore {
  public:
    /// Room of a packet out of take(): the longest PDU with the headers of its frame, and the room behind it.
    static constexpr std::size_t kBufferBytes = 2304;

    MemoryPackets() = default;
    ~MemoryPackets() override { AAIGW_CHECK(out_ == 0); }
    MemoryPackets(const MemoryPackets&) = delete;
    MemoryPackets& operator=(const MemoryPackets&) = delete;

    /// At most so many packets may be out before take() gives null.
    void set_most(std::size_t packets) noexcept { most_ = packets; }
    /// Of packets out of take().
    void set_buffer_bytes(std::size_t bytes) noexcept { buffer_bytes_ = bytes; }

    [[nodiscard]] Packet* take() noexcept override
    {
        return out_ >= most_ ? nullptr : &prepare(0, buffer_bytes_);
    }

    /// A frame as a port has received it.
    [[nodiscard]] Packet& received(Bytes frame, std::uint8_t port)
    {
        Packet& packet = prepare(frame.size(), kMinTailroom);
        std::copy(frame.begin(), frame.end(), packet.data);
        packet.port = port;
        return packet;
    }

    void give_back(std::span<Packet* const> packets) noexcept override
    {
        for (Packet* const packet : packets)
            end(*packet);
    }

    /// Packets that have not been given back.
    [[nodiscard]] std::size_t out() const noexcept { return out_; }

  private:
#if defined(AAIGW_HEAP_IS_GUARDED)
    static constexpr std::size_t kGuardBytes = 0;
#else
    static constexpr std::size_t kGuardBytes = 16;
#endif
    static constexpr std::uint8_t kGuard = 0xd7;
    static constexpr std::uint8_t kNonsense = 0xa5;

    struct Buffer : Packet {
        MemoryPackets* home = nullptr;
        std::unique_ptr<std::uint8_t[]> block;
        std::size_t bytes = 0;
        bool is_out = false;

        [[nodiscard]] std::uint8_t* begin() const noexcept { return block.get() + kGuardBytes; }
        [[nodiscard]] std::uint8_t* end() const noexcept { return begin() + bytes; }
        [[nodiscard]] bool guards_are_whole() const noexcept
        {
            const auto is_guard = [](std::uint8_t byte) { return byte == kGuard; };
            return std::all_of(block.get(), begin(), is_guard) &&
                   std::all_of(end(), end() + kGuardBytes, is_guard);
        }
    };

    /// Of whichever MemoryPackets it is.
    static void end(Packet& packet) noexcept
    {
        auto& buffer = static_cast<Buffer&>(packet);
        AAIGW_CHECK(buffer.is_out);
        AAIGW_CHECK(buffer.guards_are_whole());
        AAIGW_CHECK(packet.data >= buffer.begin() && packet.data + packet.length <= buffer.end());
        buffer.is_out = false;
        buffer.block.reset();
        --buffer.home->out_;
        buffer.home->free_.push_back(&buffer);
    }

    Packet& prepare(std::size_t length, std::size_t tailroom)
    {
        if (free_.empty()) {
            all_.push_back(std::make_unique<Buffer>());
            all_.back()->home = this;
            free_.push_back(all_.back().get());
        }
        Buffer& buffer = *free_.back();
        free_.pop_back();
        buffer.bytes = kMinHeadroom + length + tailroom;
        buffer.block.reset(new std::uint8_t[buffer.bytes + 2 * kGuardBytes]);
        std::memset(buffer.block.get(), kGuard, kGuardBytes);
        std::memset(buffer.begin(), kNonsense, kMinHeadroom);
        std::memset(buffer.end() - tailroom, kNonsense, tailroom);
        std::memset(buffer.end(), kGuard, kGuardBytes);
        fill_with_nonsense(buffer);
        buffer.data = buffer.begin() + kMinHeadroom;
        buffer.length = static_cast<std::uint16_t>(length);
        buffer.headroom = kMinHeadroom;
        buffer.tailroom = static_cast<std::uint16_t>(tailroom);
        buffer.is_out = true;
        ++out_;
        return buffer;
    }

    /// All that is not data, length and rooms.
    static void fill_with_nonsense(Packet& packet) noexcept
    {
        void* const nowhere = &packet.note;
        packet.frame = static_cast<std::uint8_t*>(nowhere);
        packet.station = static_cast<sa::Station*>(nowhere);
        packet.sa = nowhere;
        packet.older = static_cast<Packet*>(nowhere);
        packet.gre_key = packet.pn = 0xa5a5a5a5;
        packet.connection = 0xa5a5;
        packet.kind = PacketKind::cmac;
        packet.verdict = Verdict::drop_tx_full;
        packet.port = packet.sector = packet.slot = packet.flags = packet.worker = packet.note =
            kNonsense;
    }

    std::size_t most_ = std::numeric_limits<std::size_t>::max();
    std::size_t buffer_bytes_ = kBufferBytes;
    std::size_t out_ = 0;
    std::vector<std::unique_ptr<Buffer>> all_;
    std::vector<Buffer*> free_;
};

} // namespace aaigw::path::doubles
