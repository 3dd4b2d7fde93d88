#include "control/key/mis_keys.h"

#include "common/check.h"
#include "control/key/labels.h"

#include <algorithm>
#include <vector>

namespace aaigw::key {

namespace {

constexpr std::size_t kMaxPrfBytes = 32;

std::size_t prf_bytes(MisPrf prf) noexcept
{
    switch (prf) {
    case MisPrf::hmac_sha256:
        return crypto::digest_bytes(crypto::HashKind::sha256);
    case MisPrf::hmac_sha1:
        return crypto::digest_bytes(crypto::HashKind::sha1);
    case MisPrf::cmac_aes:
        return crypto::kAesBlockBytes;
    }
    check_failed(__FILE__, __LINE__, "a known PRF");
}

/// One application of the PRF; `out` has prf_bytes(prf) bytes.
void run_prf(crypto::Provider& provider, MisPrf prf, Bytes key, Bytes message, MutableBytes out)
{
    if (prf == MisPrf::cmac_aes) {
        // Unconfirmed: of a longer key AES takes the first 128 bits, as it does elsewhere in IEEE 802.21a.
        const crypto::CmacRequest request{key.first<crypto::kAesKeyBytes>(), message,
                                          out.first<crypto::kAesBlockBytes>()};
        provider.cmac({&request, 1});
        return;
    }
    const bool sha1 = prf == MisPrf::hmac_sha1;
    provider.hmac(sha1 ? crypto::HashKind::sha1 : crypto::HashKind::sha256, key, message, out);
}

/// A message of the PRF, put together from its parts. None of them is secret.
class Message {
  public:
    Message& operator<<(Bytes part)
    {
        bytes_.insert(bytes_.end(), part.begin(), part.end());
        return *this;
    }

    Message& operator<<(std::string_view part)
    {
        bytes_.insert(bytes_.end(), part.begin(), part.end());
        return *this;
    }

    [[nodiscard]] Bytes view() const noexcept { return bytes_; }

  private:
    std::vector<std::uint8_t> bytes_;
};

/// T(i) = PRF(key, label || i || context || L) with i from 1 and L = the output's bits, both 32 bits wide;
/// the output is the LEFTMOST part of T(1) || T(2) || .. (Dot16KDF takes the other end).
void prf_ctr(crypto::Provider& provider, MisPrf prf, Bytes key, std::string_view label,
             Bytes context, MutableBytes out)
{
    const auto bits = be_bytes<4>(8 * out.size());
    std::array<std::uint8_t, kMaxPrfBytes> buffer;
    const MutableBytes block = MutableBytes{buffer}.first(prf_bytes(prf));
    for (std::uint32_t i = 1; !out.empty(); ++i) {
        const Message message = Message{} << label << be_bytes<4>(i) << context << bits;
        run_prf(provider, prf, key, message.view(), block);
        const std::size_t taken = std::min(block.size(), out.size());
        std::ranges::copy(block.first(taken), out.begin());
        out = out.subspan(taken);
    }
    crypto::wipe(buffer);
}

std::size_t miik_bytes(MisCiphersuite suite) noexcept
{
    switch (suite) {
    case MisCiphersuite::aes_cbc_hmac_sha1_96:
    case MisCiphersuite::null_hmac_sha1_96:
        return labels::kMiikHmacSha1Bytes;
    case MisCiphersuite::null_cmac_aes:
        return labels::kMiikCmacBytes;
    case MisCiphersuite::aes_ccm:
        return 0; // CCM protects integrity with the MIEK
    }
    check_failed(__FILE__, __LINE__, "a known MIS ciphersuite");
}

std::size_t miek_bytes(MisCiphersuite suite) noexcept
{
    const bool encrypts =
        suite == MisCiphersuite::aes_cbc_hmac_sha1_96 || suite == MisCiphersuite::aes_ccm;
    return encrypts ? labels::kMiekBytes : 0;
}

/// An OCTET_STRING of IEEE 802.21: the length in one byte up to 128, beyond that 0x80 | n and the length - 128 in
/// n bytes.
Message octet_string(std::string_view text)
{
    AAIGW_CHECK(text.size() <= 128 + 0xffff);
    Message encoded;
    if (text.size() <= 128)
        encoded << be_bytes<1>(text.size());
    else if (text.size() - 128 <= 0xff)
        encoded << be_bytes<1>(0x81) << be_bytes<1>(text.size() - 128);
    else
        encoded << be_bytes<1>(0x82) << be_bytes<2>(text.size() - 128);
    return encoded << text;
}

} // namespace

std::optional<MisCiphersuite> mis_ciphersuite(std::uint64_t code) noexcept
{
    if (code < 1 || code > 4)
        return std::nullopt;
    return static_cast<MisCiphersuite>(code);
}

Misk::Misk(crypto::Provider& provider, MisPrf prf, const MisK& k, const MisNonces& nonces,
           MisCiphersuite suite)
    : suite_{suite}
{
    const std::size_t size = labels::kMiakBytes + miik_bytes(suite) + miek_bytes(suite);
    const Message context = Message{} << nonces.t << nonces.n
                                      << be_bytes<1>(static_cast<std::uint64_t>(suite));
    prf_ctr(provider, prf, k.expose(), labels::kMisk, context.view(),
            MutableBytes{bytes_.expose_for_write()}.first(size));
}

Bytes Misk::expose_miak() const noexcept
{
    return bytes_.expose().first<labels::kMiakBytes>();
}

Bytes Misk::expose_miik() const noexcept
{
    return Bytes{bytes_.expose()}.subspan(labels::kMiakBytes, miik_bytes(suite_));
}

Bytes Misk::expose_miek() const noexcept
{
    return Bytes{bytes_.expose()}.subspan(labels::kMiakBytes + miik_bytes(suite_),
                                          miek_bytes(suite_));
}

Msrk derive_msrk(crypto::Provider& provider, MisPrf prf, const MisK& k, const MisNonces& nonces)
{
    const Message context = Message{} << nonces.t << nonces.n;
    auto msrk = Msrk::to_be_written();
    prf_ctr(provider, prf, k.expose(), labels::kMsrk, context.view(), msrk.expose_for_write());
    return msrk;
}

Mspmk derive_mspmk(crypto::Provider& provider, MisPrf prf, const Msrk& msrk, Bytes mn_link_id,
                   Bytes poa_link_id)
{
    const Message context = Message{} << mn_link_id << poa_link_id;
    auto mspmk = Mspmk::to_be_written();
    prf_ctr(provider, prf, msrk.expose(), labels::kMspmk, context.view(), mspmk.expose_for_write());
    return mspmk;
}

MisSaidValue derive_mis_said(crypto::Provider& provider, MisPrf prf, const Misk& misk,
                             std::string_view mn_id, std::string_view pos_id,
                             const MisNonces& nonces)
{
    const Message message = Message{} << labels::kMisSaid << octet_string(mn_id).view()
                                      << octet_string(pos_id).view() << nonces.t << nonces.n;
    std::array<std::uint8_t, kMaxPrfBytes> buffer;
    const MutableBytes digest = MutableBytes{buffer}.first(prf_bytes(prf));
    run_prf(provider, prf, misk.expose_miak(), message.view(), digest);
    MisSaidValue said{};
    std::ranges::copy(digest.first(said.size()), said.begin());
    crypto::wipe(buffer);
    return said;
}

} // namespace aaigw::key
