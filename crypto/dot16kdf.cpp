#include "crypto/dot16kdf.h"

#include "crypto/secret.h"

#include <algorithm>

namespace aaigw::crypto {

namespace {

constexpr std::size_t kMaxOutBytes = 64;

std::size_t block_count(const KdfRequest& request) noexcept
{
    return (request.out.size() + kAesBlockBytes - 1) / kAesBlockBytes;
}

/// be32(i) || astring || be32(keylength in bits): what AES-CMAC is taken of for block i.
struct BlockMessage {
    std::array<std::uint8_t, AString::kCapacity + 8> buffer;
    std::size_t size;

    BlockMessage(const KdfRequest& request, std::size_t index) noexcept
    {
        Writer writer{buffer};
        writer.u32(static_cast<std::uint32_t>(index));
        writer.bytes(request.astring.view());
        writer.u32(static_cast<std::uint32_t>(8 * request.out.size()));
        size = writer.size();
    }
};

/// Truncate(blocks, keylength) keeps the RIGHTMOST bytes of the concatenated blocks. The public test vectors
/// accept no other reading, neither for the result nor for the key.
void copy_rightmost(Bytes blocks, MutableBytes out) noexcept
{
    std::ranges::copy(blocks.last(out.size()), out.begin());
}

} // namespace

void dot16kdf(Provider& provider, std::span<const KdfRequest> batch)
{
    std::size_t total_blocks = 0;
    for (const KdfRequest& request : batch) {
        AAIGW_CHECK(request.key.size() >= kAesKeyBytes);
        AAIGW_CHECK(!request.out.empty() && request.out.size() <= kMaxOutBytes);
        total_blocks += block_count(request);
    }

    std::vector<std::uint8_t> blocks(total_blocks * kAesBlockBytes);
    std::vector<BlockMessage> messages;
    std::vector<CmacRequest> macs;
    messages.reserve(total_blocks);
    macs.reserve(total_blocks);
    for (const KdfRequest& request : batch) {
        for (std::size_t i = 0; i < block_count(request); ++i) {
            const BlockMessage& message = messages.emplace_back(request, i);
            macs.push_back({request.key.last<kAesKeyBytes>(),
                            Bytes{message.buffer}.first(message.size),
                            MutableBytes{blocks}
                                .subspan(macs.size() * kAesBlockBytes)
                                .first<kAesBlockBytes>()});
        }
    }
    provider.cmac(macs);

    Bytes rest{blocks};
    for (const KdfRequest& request : batch) {
        const std::size_t size = block_count(request) * kAesBlockBytes;
        copy_rightmost(rest.first(size), request.out);
        rest = rest.subspan(size);
    }
    wipe(blocks);
}

} // namespace aaigw::crypto
