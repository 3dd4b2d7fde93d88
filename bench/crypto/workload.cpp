#include "bench/crypto/workload.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <random>

namespace aaigw::bench {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

} // namespace

void* map_pages(std::size_t size)
{
    const std::size_t whole = (size + kHugePage - 1) / kHugePage * kHugePage;
    void* pages = std::aligned_alloc(kHugePage, whole);
    if (pages == nullptr)
        throw std::bad_alloc{};
    ::madvise(pages, whole, MADV_HUGEPAGE);
    std::fill_n(static_cast<std::uint8_t*>(pages), whole, std::uint8_t{0});
    return pages;
}

Workload::Workload(std::size_t payload_bytes, std::size_t key_count)
    : payload_bytes_{payload_bytes}, buffers_{static_cast<std::uint8_t*>(
                                         map_pages(kPackets * kStride))},
      keys_(key_count), nonces_(kPackets), order_(kPasses * kPackets)
{
    std::mt19937_64 random{payload_bytes * 1000003 + key_count};
    const auto byte = [&random] { return static_cast<std::uint8_t>(random()); };
    for (auto& key : keys_)
        std::ranges::generate(key, byte);
    for (auto& nonce : nonces_)
        std::ranges::generate(nonce, byte);
    for (std::size_t i = 0; i < kPackets; ++i)
        std::generate_n(payload(i), payload_bytes_, byte);
    for (auto& index : order_)
        index = static_cast<std::uint32_t>(random() % key_count);
}

void Workload::next_pass() noexcept
{
    pass_ = (pass_ + 1) % kPasses;
}

} // namespace aaigw::bench
