// For all inputs: a batch derives what its stations derive alone, both providers agree, and so does a second formulation.
#include "common/check.h"
#include "common/hex.h"
#include "control/key/eps_keys.h"
#include "control/key/lzone_keys.h"
#include "control/key/mis_keys.h"
#include "control/key/mzone_keys.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <rapidcheck/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace aaigw::key {
namespace {

crypto::Provider& openssl()
{
    static const auto instance = crypto::make_openssl_provider();
    return *instance;
}

crypto::Provider& ipsec_mb()
{
    static const auto instance = crypto::make_ipsec_mb_provider().value();
    return *instance;
}

/// Uniform fields out of one seed; rapidcheck's own generators prefer small numbers, which keys are not.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}

    template <class Array>
    Array bytes()
    {
        Array array{};
        for (auto& byte : array)
            byte = static_cast<std::uint8_t>(engine_());
        return array;
    }

    template <class Key>
    Key key()
    {
        return Key::copy_of(bytes<std::array<std::uint8_t, Key::kSize>>());
    }

    template <class Field>
    Field field()
    {
        return Field::from_field(engine_());
    }

    MzoneStation station()
    {
        return {.amsid = bytes<MacAddress>(),
                .absid = bytes<MacAddress>(),
                .nonces = {.ams = bytes<Nonce64>(), .abs = bytes<Nonce64>()},
                .count = field<CmacKeyCount>(),
                .ak_sn = field<AkSn>(),
                .said = field<MzoneSaid>(),
                .amsid_form = engine_() % 4 == 0 ? AmsidForm::plain : AmsidForm::pseudonym};
    }

  private:
    std::mt19937_64 engine_;
};

Dice any_dice()
{
    return Dice{*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>())};
}

KdfProfile any_profile()
{
    return *rc::gen::element(KdfProfile::draft, KdfProfile::final_);
}

/// Sizes on both sides of what goes through the levels together.
std::size_t any_batch_size()
{
    return *rc::gen::oneOf(rc::gen::inRange<std::size_t>(0, 10),
                           rc::gen::inRange<std::size_t>(120, 300));
}

template <class Key>
std::string text(const Key& key)
{
    return to_hex(key.expose()) + ' ';
}

std::string text(const CmacKeys& keys)
{
    return text(keys.uplink) + text(keys.downlink);
}

std::string text(const MzoneAkContext& context)
{
    return to_hex(context.amsid_star) + ' ' + text(context.ak) + to_hex(context.akid) + ' ';
}

std::string text(const MzoneLinkKeys& link)
{
    return (link.prekey ? text(*link.prekey) : "no prekey ") + text(link.cmac) +
           text(link.teks[0]) + text(link.teks[1]);
}

std::string text(const MzoneKeySet& keys)
{
    return text(keys.ak_context) + text(keys.link);
}

std::string text(const MzoneEntryKeys& keys)
{
    return text(keys.pmk) + text(keys.keys);
}

std::string text(const LzoneKeySet& keys)
{
    return text(keys.ak) + to_hex(keys.akid) + ' ' + text(keys.cmac_prekeys.uplink) +
           text(keys.cmac_prekeys.downlink) + text(keys.kek) + text(keys.cmac);
}

/// Asserts that `derive(inputs, outputs)` gives each station what it gives for that station alone.
template <class Output, class Input, class Derive>
void assert_batch_is_its_stations(const std::vector<Input>& inputs, Derive derive)
{
    auto together = room_for<Output>(inputs.size());
    derive(std::span<const Input>{inputs}, std::span<Output>{together});
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        auto alone = Output::to_be_written();
        derive(std::span{&inputs[i], 1}, std::span{&alone, 1});
        RC_ASSERT(text(together[i]) == text(alone));
    }
}

/// `count` keys that inputs can refer to.
template <class Key>
std::vector<Key> keys_of(Dice& dice, std::size_t count)
{
    std::vector<Key> keys;
    for (std::size_t i = 0; i < count; ++i)
        keys.push_back(dice.key<Key>());
    return keys;
}

RC_GTEST_PROP(KeyBatch, MzoneEntryIsThatOfItsStations, ())
{
    Dice dice = any_dice();
    const KdfProfile profile = any_profile();
    const auto msks = keys_of<Msk>(dice, any_batch_size());
    std::vector<MzoneEntryInputs> inputs;
    for (const Msk& msk : msks)
        inputs.push_back({msk, dice.station()});
    assert_batch_is_its_stations<MzoneEntryKeys>(
        inputs, [&](auto in, auto out) { derive_mzone_entry(ipsec_mb(), profile, in, out); });
}

RC_GTEST_PROP(KeyBatch, MzoneHandoverIsThatOfItsStations, ())
{
    Dice dice = any_dice();
    const KdfProfile profile = any_profile();
    const auto pmks = keys_of<Pmk>(dice, any_batch_size());
    std::vector<MzoneHandoverInputs> inputs;
    for (const Pmk& pmk : pmks)
        inputs.push_back({pmk, dice.station()});
    assert_batch_is_its_stations<MzoneKeySet>(
        inputs, [&](auto in, auto out) { derive_mzone_handover(ipsec_mb(), profile, in, out); });
    assert_batch_is_its_stations<MzoneAkContext>(
        inputs, [&](auto in, auto out) { derive_mzone_ak_contexts(ipsec_mb(), profile, in, out); });
}

RC_GTEST_PROP(KeyBatch, MzoneLinkKeysAndTeksAreThoseOfTheirStations, ())
{
    Dice dice = any_dice();
    const KdfProfile profile = any_profile();
    const auto aks = keys_of<Ak>(dice, any_batch_size());
    std::vector<MzoneLinkInputs> links;
    std::vector<TekInputs> teks;
    for (const Ak& ak : aks) {
        links.push_back({ak, dice.field<CmacKeyCount>(), dice.field<MzoneSaid>()});
        teks.push_back({ak, dice.field<MzoneSaid>(), dice.field<CounterTek>()});
    }
    assert_batch_is_its_stations<MzoneLinkKeys>(
        links, [&](auto in, auto out) { derive_mzone_link_keys(ipsec_mb(), profile, in, out); });
    assert_batch_is_its_stations<Tek>(teks,
                                      [](auto in, auto out) { derive_teks(ipsec_mb(), in, out); });
}

RC_GTEST_PROP(KeyBatch, LzoneKeysAreThoseOfTheirStations, ())
{
    Dice dice = any_dice();
    const auto pmks = keys_of<Pmk>(dice, any_batch_size());
    std::vector<LzoneInputs> inputs;
    std::vector<LzonePmkInputs> switches;
    for (const Pmk& pmk : pmks) {
        inputs.push_back({pmk, dice.bytes<MacAddress>(), dice.bytes<MacAddress>(),
                          dice.field<AkSn>(), dice.field<CmacKeyCount>()});
        switches.push_back({pmk});
    }
    assert_batch_is_its_stations<LzoneKeySet>(
        inputs, [](auto in, auto out) { derive_lzone(ipsec_mb(), in, out); });
    assert_batch_is_its_stations<Pmk>(
        switches, [](auto in, auto out) { derive_lzone_pmks(ipsec_mb(), in, out); });
}

RC_GTEST_PROP(KeyBatch, LaterLzoneKeysAreThoseOfTheirStations, ())
{
    Dice dice = any_dice();
    const std::size_t count = any_batch_size();
    const auto keks = keys_of<Kek>(dice, count);
    std::vector<CmacPrekeys> prekeys;
    for (std::size_t i = 0; i < count; ++i)
        prekeys.push_back({dice.key<CmacPrekey>(), dice.key<CmacPrekey>()});
    std::vector<SeamlessTekInputs> teks;
    std::vector<LzoneCmacInputs> counts;
    for (std::size_t i = 0; i < count; ++i) {
        const auto which = i % 2 == 0 ? SeamlessTek::older : SeamlessTek::newer;
        teks.push_back({keks[i], dice.field<CmacKeyCount>(), dice.field<LzoneSaid>(), which});
        counts.push_back({prekeys[i], dice.field<CmacKeyCount>()});
    }
    assert_batch_is_its_stations<Tek>(
        teks, [](auto in, auto out) { derive_seamless_teks(ipsec_mb(), in, out); });
    assert_batch_is_its_stations<CmacKeys>(
        counts, [](auto in, auto out) { derive_lzone_cmac_keys(ipsec_mb(), in, out); });
}

RC_GTEST_PROP(BothProviders, DeriveTheSameZoneKeys, ())
{
    Dice dice = any_dice();
    const KdfProfile profile = any_profile();
    const Msk msk = dice.key<Msk>();
    const MzoneEntryInputs entry{msk, dice.station()};
    const auto mzone = derive_mzone_entry(ipsec_mb(), profile, entry);
    RC_ASSERT(text(mzone) == text(derive_mzone_entry(openssl(), profile, entry)));

    const Pmk pmk = derive_lzone_pmk(ipsec_mb(), mzone.pmk);
    RC_ASSERT(text(pmk) == text(derive_lzone_pmk(openssl(), mzone.pmk)));
    const LzoneInputs inputs{pmk, entry.station.amsid, entry.station.absid, entry.station.ak_sn,
                             entry.station.count};
    const auto lzone = derive_lzone(ipsec_mb(), inputs);
    RC_ASSERT(text(lzone) == text(derive_lzone(openssl(), inputs)));
    const SeamlessTekInputs tek{lzone.kek, inputs.count, dice.field<LzoneSaid>(),
                                SeamlessTek::newer};
    RC_ASSERT(text(derive_seamless_tek(ipsec_mb(), tek)) ==
              text(derive_seamless_tek(openssl(), tek)));
}

RC_GTEST_PROP(BothProviders, DeriveTheSameMisKeys, ())
{
    Dice dice = any_dice();
    const auto prf = *rc::gen::element(MisPrf::hmac_sha256, MisPrf::hmac_sha1, MisPrf::cmac_aes);
    const auto suite = mis_ciphersuite(*rc::gen::inRange<std::uint64_t>(1, 5)).value();
    const MisK k = dice.key<MisK>();
    const MisNonces nonces{dice.bytes<MisNonce>(), dice.bytes<MisNonce>()};
    const auto id = *rc::gen::string<std::string>();
    const auto all = [&](crypto::Provider& provider) {
        const Misk misk{provider, prf, k, nonces, suite};
        const Msrk msrk = derive_msrk(provider, prf, k, nonces);
        return to_hex(misk.expose_miak()) + to_hex(misk.expose_miik()) +
               to_hex(misk.expose_miek()) + text(msrk) +
               text(derive_mspmk(provider, prf, msrk, nonces.t, nonces.n)) +
               to_hex(derive_mis_said(provider, prf, misk, id, "pos", nonces));
    };
    RC_ASSERT(all(ipsec_mb()) == all(openssl()));
}

RC_GTEST_PROP(BothProviders, DeriveTheSameEpsKeys, ())
{
    Dice dice = any_dice();
    const auto ck = dice.key<CipherKey>();
    const auto ik = dice.key<IntegrityKey>();
    const auto plmn = dice.bytes<PlmnId>();
    const auto sqn_xor_ak = dice.bytes<SqnXorAk>();
    const auto count = dice.field<NasCount>();
    const auto imsi = Imsi::from("001010123456789").value();
    const auto all = [&](crypto::Provider& provider) {
        const Kasme kasme = derive_kasme(provider, ck, ik, plmn, sqn_xor_ak);
        const Kasme prime = derive_kasme_prime(provider, kasme, MobilityDirection::handover, count);
        const Kenb kenb = derive_first_kenb(provider, prime);
        return text(kasme) + text(prime) + text(kenb) + text(derive_nh(provider, prime, kenb)) +
               text(derive_nas_key(provider, prime, NasKeyUse::integrity, EpsAlgorithm::aes)) +
               to_hex(derive_kcv(provider, prime, imsi, count.value()));
    };
    RC_ASSERT(all(ipsec_mb()) == all(openssl()));
}

// The second formulation: formulas over plain strings on OpenSSL's one-call MAC, sharing nothing with the product.

std::string raw(Bytes bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::string number(std::uint64_t value, int bytes)
{
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(value >> shift & 0xff);
    return text;
}

const unsigned char* octets(const std::string& text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string plain_kdf(const std::string& key, const std::string& astring, std::size_t bits)
{
    std::string blocks;
    for (std::size_t i = 0; 128 * i < bits; ++i) {
        const std::string message = number(i, 4) + astring + number(bits, 4);
        unsigned char mac[EVP_MAX_MD_SIZE];
        std::size_t size = 0;
        AAIGW_CHECK(EVP_Q_mac(nullptr, "CMAC", nullptr, "AES-128-CBC", nullptr,
                              octets(key) + key.size() - 16, 16, octets(message), message.size(),
                              mac, sizeof(mac), &size) != nullptr);
        blocks.append(mac, mac + size);
    }
    return blocks.substr(blocks.size() - bits / 8);
}

struct PlainMzone {
    std::string pmk, amsid_star, ak, akid, cmac_keys, tek0, tek1;

    PlainMzone(KdfProfile profile, const std::string& msk, const MzoneStation& at)
    {
        const bool draft = profile == KdfProfile::draft;
        const std::string nonce_ams = raw(at.nonces.ams);
        const std::string nonce_abs = raw(at.nonces.abs);
        const std::string absid = raw(at.absid);
        const std::string count = number(at.count.value(), 2);
        pmk = draft ? plain_kdf(msk, nonce_ams + nonce_abs + "PMK", 160) : msk.substr(64 - 20);
        amsid_star = at.amsid_form == AmsidForm::plain
                         ? raw(at.amsid)
                         : plain_kdf(raw(at.amsid) + std::string(10, '\0'),
                                     draft ? absid + nonce_abs : nonce_ams, 48);
        ak = plain_kdf(pmk, amsid_star + absid + (draft ? count : "") + "AK", 160);
        akid = plain_kdf(ak, number(at.ak_sn.value(), 1) + amsid_star + absid + "AK", 64);
        const std::string root = draft ? ak : plain_kdf(ak, count + "CMAC-TEK prekey", 160);
        cmac_keys = plain_kdf(root, "CMAC_KEYS", 256);
        const std::string said = number(at.said.value(), 1);
        tek0 = plain_kdf(root, said + number(0, 2) + "TEK", 128);
        tek1 = plain_kdf(root, said + number(1, 2) + "TEK", 128);
    }
};

RC_GTEST_PROP(SecondFormulation, GivesTheSameMzoneKeys, ())
{
    Dice dice = any_dice();
    const KdfProfile profile = any_profile();
    const Msk msk = dice.key<Msk>();
    const MzoneStation station = dice.station();
    const PlainMzone plain{profile, raw(msk.expose()), station};
    const auto [pmk, keys] = derive_mzone_entry(openssl(), profile, {msk, station});
    RC_ASSERT(raw(pmk.expose()) == plain.pmk);
    RC_ASSERT(raw(keys.ak_context.amsid_star) == plain.amsid_star);
    RC_ASSERT(raw(keys.ak_context.ak.expose()) == plain.ak);
    RC_ASSERT(raw(keys.ak_context.akid) == plain.akid);
    RC_ASSERT(raw(keys.link.cmac.uplink.expose()) + raw(keys.link.cmac.downlink.expose()) ==
              plain.cmac_keys);
    RC_ASSERT(raw(keys.link.teks[0].expose()) == plain.tek0);
    RC_ASSERT(raw(keys.link.teks[1].expose()) == plain.tek1);
}

RC_GTEST_PROP(SecondFormulation, GivesTheSameLzoneKeys, ())
{
    Dice dice = any_dice();
    const Pmk mzone_pmk = dice.key<Pmk>();
    const Pmk pmk = derive_lzone_pmk(openssl(), mzone_pmk);
    RC_ASSERT(raw(pmk.expose()) == plain_kdf(raw(mzone_pmk.expose()), "PMK for LZONE", 160));

    const auto msid = dice.bytes<MacAddress>();
    const auto bsid = dice.bytes<MacAddress>();
    const auto ak_sn = dice.field<AkSn>();
    const LzoneKeySet keys = derive_lzone(openssl(), {pmk, msid, bsid, ak_sn, {}});
    const std::string addresses = raw(msid) + raw(bsid);
    const std::string ak = plain_kdf(raw(pmk.expose()), addresses + "AK", 160);
    RC_ASSERT(raw(keys.ak.expose()) == ak);
    RC_ASSERT(raw(keys.akid) == plain_kdf(ak, number(ak_sn.value(), 1) + addresses + "AK", 64));
    RC_ASSERT(raw(keys.cmac_prekeys.uplink.expose()) + raw(keys.cmac_prekeys.downlink.expose()) +
                  raw(keys.kek.expose()) ==
              plain_kdf(ak, addresses + "CMAC_KEYS+KEK", 384));
}

} // namespace
} // namespace aaigw::key
