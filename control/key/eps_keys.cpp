#include "control/key/eps_keys.h"

#include "common/check.h"
#include "control/key/labels.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace aaigw::key {

namespace {

static_assert(KdfOutput::kSize == crypto::digest_bytes(crypto::HashKind::sha256));

KdfOutput hmac_sha256(crypto::Provider& provider, Bytes key, Bytes message)
{
    auto mac = KdfOutput::to_be_written();
    provider.hmac(crypto::HashKind::sha256, key, message, mac.expose_for_write());
    return mac;
}

/// The KDF for a key of 256 bits: the whole output.
template <class Key>
Key derive(crypto::Provider& provider, Bytes key, Fc fc, std::initializer_list<Bytes> parameters)
{
    return Key::copy_of(ts33220_kdf(provider, key, fc, parameters).expose());
}

EpsAlgorithmKey derive_algorithm_key(crypto::Provider& provider, Bytes key,
                                     std::uint8_t distinguisher, EpsAlgorithm algorithm)
{
    const auto p0 = be_bytes<1>(distinguisher);
    const auto p1 = be_bytes<1>(static_cast<std::uint64_t>(algorithm));
    return algorithm_key_of(
        ts33220_kdf(provider, key, Fc::algorithm_key, std::initializer_list<Bytes>{p0, p1}));
}

/// TS 33.401 A.3. `uplink_count` is a NAS COUNT, or the value that stands for "none yet".
Kenb derive_kenb_of_count(crypto::Provider& provider, const Kasme& kasme,
                          std::uint32_t uplink_count)
{
    return derive<Kenb>(provider, kasme.expose(), Fc::kenb, {be_bytes<4>(uplink_count)});
}

NextHop derive_nh_of(crypto::Provider& provider, const Kasme& kasme, Bytes sync_input)
{
    return derive<NextHop>(provider, kasme.expose(), Fc::nh, {sync_input});
}

/// TS 33.401 A.5: EARFCN-DL has two octets when it fits into them, else three.
Kenb derive_kenb_star_of(crypto::Provider& provider, Bytes key, Pci pci, Earfcn earfcn_dl)
{
    const auto p0 = be_bytes<2>(pci.value());
    const auto short_p1 = be_bytes<2>(earfcn_dl.value());
    const auto long_p1 = be_bytes<3>(earfcn_dl.value());
    const bool is_short = earfcn_dl.value() <= 0xffff;
    return derive<Kenb>(provider, key, Fc::kenb_star, {p0, is_short ? Bytes{short_p1} : long_p1});
}

} // namespace

KdfOutput ts33220_kdf(crypto::Provider& provider, Bytes key, Fc fc,
                      std::span<const Bytes> parameters)
{
    std::vector<std::uint8_t> s{static_cast<std::uint8_t>(fc)};
    std::size_t size = s.size();
    for (const Bytes parameter : parameters)
        size += parameter.size() + 2;
    s.reserve(size); // so that no copy of a secret parameter (SYNC-input, RES) stays behind unwiped
    for (const Bytes parameter : parameters) {
        AAIGW_CHECK(parameter.size() <= 0xffff);
        s.insert(s.end(), parameter.begin(), parameter.end());
        const auto length = be_bytes<2>(parameter.size());
        s.insert(s.end(), length.begin(), length.end());
    }
    KdfOutput output = hmac_sha256(provider, key, s);
    crypto::wipe(s);
    return output;
}

EpsAlgorithmKey algorithm_key_of(const KdfOutput& output) noexcept
{
    return EpsAlgorithmKey::copy_of(output.expose().last<EpsAlgorithmKey::kSize>());
}

Kasme derive_kasme(crypto::Provider& provider, const CipherKey& ck, const IntegrityKey& ik,
                   const PlmnId& serving_network, const SqnXorAk& sqn_xor_ak)
{
    auto ck_ik = crypto::Secret<CipherKey::kSize + IntegrityKey::kSize>::to_be_written();
    const auto end_of_ck = std::ranges::copy(ck.expose(), ck_ik.expose_for_write().begin()).out;
    std::ranges::copy(ik.expose(), end_of_ck);
    return derive<Kasme>(provider, ck_ik.expose(), Fc::kasme, {serving_network, sqn_xor_ak});
}

Kasme derive_kasme_prime(crypto::Provider& provider, const Kasme& kasme,
                         MobilityDirection direction, NasCount count)
{
    return derive<Kasme>(
        provider, kasme.expose(), Fc::kasme_prime,
        {be_bytes<1>(static_cast<std::uint64_t>(direction)), be_bytes<4>(count.value())});
}

std::optional<Imsi> Imsi::from(std::string_view digits)
{
    const bool all_digits =
        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!all_digits || digits.size() < 6 || digits.size() > 15)
        return std::nullopt;
    return Imsi{digits};
}

KeyCheckValue derive_kcv(crypto::Provider& provider, const Kasme& kasme_prime, const Imsi& imsi,
                         std::uint32_t chain_index)
{
    std::vector<std::uint8_t> message;
    message.insert(message.end(), labels::kKeyCheckValue.begin(), labels::kKeyCheckValue.end());
    message.insert(message.end(), imsi.digits().begin(), imsi.digits().end());
    const auto index = be_bytes<4>(chain_index);
    message.insert(message.end(), index.begin(), index.end());

    const KdfOutput mac = hmac_sha256(provider, kasme_prime.expose(), message);
    KeyCheckValue kcv{};
    std::ranges::copy(mac.expose().first<kcv.size()>(), kcv.begin());
    return kcv;
}

std::optional<EpsAlgorithm> eps_algorithm(std::uint64_t number) noexcept
{
    if (number > static_cast<std::uint64_t>(EpsAlgorithm::zuc))
        return std::nullopt;
    return static_cast<EpsAlgorithm>(number);
}

EpsAlgorithmKey derive_nas_key(crypto::Provider& provider, const Kasme& kasme, NasKeyUse use,
                               EpsAlgorithm algorithm)
{
    return derive_algorithm_key(provider, kasme.expose(), static_cast<std::uint8_t>(use),
                                algorithm);
}

EpsAlgorithmKey derive_as_key(crypto::Provider& provider, const Kenb& kenb, AsKeyUse use,
                              EpsAlgorithm algorithm)
{
    return derive_algorithm_key(provider, kenb.expose(), static_cast<std::uint8_t>(use), algorithm);
}

Kenb derive_kenb(crypto::Provider& provider, const Kasme& kasme, NasCount uplink)
{
    return derive_kenb_of_count(provider, kasme, uplink.value());
}

Kenb derive_first_kenb(crypto::Provider& provider, const Kasme& kasme_prime)
{
    return derive_kenb_of_count(provider, kasme_prime, labels::kFirstKenbCount);
}

NextHop derive_nh(crypto::Provider& provider, const Kasme& kasme, const Kenb& kenb)
{
    return derive_nh_of(provider, kasme, kenb.expose());
}

NextHop derive_nh(crypto::Provider& provider, const Kasme& kasme, const NextHop& previous)
{
    return derive_nh_of(provider, kasme, previous.expose());
}

Kenb derive_kenb_star(crypto::Provider& provider, const Kenb& kenb, Pci pci, Earfcn earfcn_dl)
{
    return derive_kenb_star_of(provider, kenb.expose(), pci, earfcn_dl);
}

Kenb derive_kenb_star(crypto::Provider& provider, const NextHop& nh, Pci pci, Earfcn earfcn_dl)
{
    return derive_kenb_star_of(provider, nh.expose(), pci, earfcn_dl);
}

} // namespace aaigw::key
