#include "control/key/lzone_keys.h"

#include "control/key/astrings.h"
#include "control/key/kdf_batch.h"

#include <algorithm>
#include <vector>

namespace aaigw::key {

namespace {

/// CMAC_KEY_x = AES(CMAC_PREKEY_x, zeros || CMAC_KEY_COUNT). No text that could be read says where in the block
/// the count is; a published RNG-REQ key of count 1 agrees with its right end only.
void add_cmac_keys(std::vector<crypto::BlockRequest>& batch, const LzoneCmacInputs& inputs,
                   CmacKeys& out)
{
    crypto::AesBlock block{};
    store_be(std::span{block}.last<2>(), inputs.count.value());
    batch.push_back({inputs.prekeys.uplink.expose(), block, out.uplink.expose_for_write()});
    batch.push_back({inputs.prekeys.downlink.expose(), block, out.downlink.expose_for_write()});
}

class Levels {
  public:
    Levels(crypto::Provider& provider, std::size_t stations)
        : provider_{provider}, kdf_{provider}, below_ak_(pass_size(stations))
    {
    }

    void derive(std::span<const LzoneInputs> in, std::span<LzoneKeySet> out)
    {
        for (std::size_t i = 0; i < in.size(); ++i)
            kdf_.add(in[i].pmk.expose(), astrings::ak(in[i].msid, in[i].bsid),
                     out[i].ak.expose_for_write());
        kdf_.run();

        for (std::size_t i = 0; i < in.size(); ++i) {
            const Bytes ak = out[i].ak.expose();
            kdf_.add(ak, astrings::akid(in[i].ak_sn, in[i].msid, in[i].bsid), out[i].akid);
            kdf_.add(ak, astrings::cmac_keys_and_kek(in[i].msid, in[i].bsid), below_ak_.of(i));
        }
        kdf_.run();

        for (std::size_t i = 0; i < in.size(); ++i) {
            CmacPrekeys& prekeys = out[i].cmac_prekeys;
            cut_into(below_ak_.of(i), prekeys.uplink, prekeys.downlink, out[i].kek);
            add_cmac_keys(blocks_, {prekeys, in[i].count}, out[i].cmac);
        }
        provider_.encrypt_blocks(blocks_);
        blocks_.clear();
    }

  private:
    crypto::Provider& provider_;
    KdfBatch kdf_;
    std::vector<crypto::BlockRequest> blocks_;
    KeyScratch<2 * CmacPrekey::kSize + Kek::kSize> below_ak_;
};

} // namespace

CmacPrekeys CmacPrekeys::to_be_written() noexcept
{
    return {CmacPrekey::to_be_written(), CmacPrekey::to_be_written()};
}

LzoneKeySet LzoneKeySet::to_be_written() noexcept
{
    return {Ak::to_be_written(),
            {},
            CmacPrekeys::to_be_written(),
            Kek::to_be_written(),
            CmacKeys::to_be_written()};
}

Pmk lzone_pmk(const Msk& msk) noexcept
{
    return Pmk::copy_of(msk.expose().last<Pmk::kSize>());
}

void derive_lzone_pmks(crypto::Provider& provider, std::span<const LzonePmkInputs> inputs,
                       std::span<Pmk> outputs)
{
    KdfBatch batch{provider};
    for_each_pass(inputs, outputs, [&batch](auto in, auto out) {
        for (std::size_t i = 0; i < in.size(); ++i)
            batch.add(in[i].mzone_pmk.expose(), astrings::pmk_for_lzone(),
                      out[i].expose_for_write());
        batch.run();
    });
}

void derive_lzone(crypto::Provider& provider, std::span<const LzoneInputs> inputs,
                  std::span<LzoneKeySet> outputs)
{
    Levels levels{provider, inputs.size()};
    for_each_pass(inputs, outputs, [&levels](auto in, auto out) { levels.derive(in, out); });
}

void derive_lzone_cmac_keys(crypto::Provider& provider, std::span<const LzoneCmacInputs> inputs,
                            std::span<CmacKeys> outputs)
{
    std::vector<crypto::BlockRequest> batch;
    for_each_pass(inputs, outputs, [&](auto in, auto out) {
        for (std::size_t i = 0; i < in.size(); ++i)
            add_cmac_keys(batch, in[i], out[i]);
        provider.encrypt_blocks(batch);
        batch.clear();
    });
}

void derive_seamless_teks(crypto::Provider& provider, std::span<const SeamlessTekInputs> inputs,
                          std::span<Tek> outputs)
{
    KdfBatch batch{provider};
    for_each_pass(inputs, outputs, [&batch](auto in, auto out) {
        for (std::size_t i = 0; i < in.size(); ++i) {
            const auto index = static_cast<std::size_t>(in[i].which);
            batch.add(in[i].kek.expose(), astrings::seamless_tek(in[i].count, in[i].said, index),
                      out[i].expose_for_write());
        }
        batch.run();
    });
}

Pmk derive_lzone_pmk(crypto::Provider& provider, const Pmk& mzone_pmk)
{
    const LzonePmkInputs inputs{mzone_pmk};
    auto pmk = Pmk::to_be_written();
    derive_lzone_pmks(provider, {&inputs, 1}, {&pmk, 1});
    return pmk;
}

LzoneKeySet derive_lzone(crypto::Provider& provider, const LzoneInputs& inputs)
{
    auto keys = LzoneKeySet::to_be_written();
    derive_lzone(provider, {&inputs, 1}, {&keys, 1});
    return keys;
}

CmacKeys derive_lzone_cmac_keys(crypto::Provider& provider, const LzoneCmacInputs& inputs)
{
    auto keys = CmacKeys::to_be_written();
    derive_lzone_cmac_keys(provider, {&inputs, 1}, {&keys, 1});
    return keys;
}

Tek derive_seamless_tek(crypto::Provider& provider, const SeamlessTekInputs& inputs)
{
    auto tek = Tek::to_be_written();
    derive_seamless_teks(provider, {&inputs, 1}, {&tek, 1});
    return tek;
}

} // namespace aaigw::key
