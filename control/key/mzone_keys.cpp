#include "control/key/mzone_keys.h"

#include "control/key/astrings.h"
#include "control/key/kdf_batch.h"

#include <algorithm>
#include <vector>

namespace aaigw::key {

namespace {

struct PmkTask {
    const MzoneEntryInputs& in;
    Pmk& out;
};

struct AkTask {
    const Pmk& pmk;
    const MzoneStation& station;
    MzoneAkContext& out;
};

struct LinkTask {
    MzoneLinkInputs in;
    MzoneLinkKeys& out;
};

TekRoot tek_root_of(const Ak& ak, const MzoneLinkKeys& link) noexcept
{
    return link.prekey ? TekRoot{*link.prekey} : TekRoot{ak};
}

void add_tek(KdfBatch& batch, const TekInputs& inputs, Tek& out)
{
    batch.add(inputs.root.expose(), astrings::tek(inputs.said, inputs.counter),
              out.expose_for_write());
}

void add_akid(KdfBatch& batch, const Ak& ak, AkSn ak_sn, const MacAddress& amsid_star,
              const MacAddress& absid, AkId& out)
{
    batch.add(ak.expose(), astrings::akid(ak_sn, amsid_star, absid), out);
}

/// The hierarchy level by level: each function derives one level for all tasks of a pass.
class Levels {
  public:
    Levels(crypto::Provider& provider, KdfProfile profile, std::size_t stations)
        : profile_{profile}, batch_{provider}, amsid_keys_(pass_size(stations)),
          cmac_keys_(pass_size(stations))
    {
    }

    void derive_pmks(std::span<const PmkTask> tasks)
    {
        for (const PmkTask& task : tasks) {
            const Bytes root = task.in.root.expose();
            const auto [nonce_ams, nonce_abs] = task.in.station.nonces;
            if (profile_ == KdfProfile::draft)
                batch_.add(root, astrings::pmk(nonce_ams, nonce_abs), task.out.expose_for_write());
            else // Truncate(root, 160), which leaves a PMK as it is
                std::ranges::copy(root.last<Pmk::kSize>(), task.out.expose_for_write().begin());
        }
        batch_.run();
    }

    void derive_aks(std::span<const AkTask> tasks)
    {
        derive_amsid_stars(tasks);
        for (const AkTask& task : tasks) {
            const MacAddress& amsid_star = task.out.amsid_star;
            const MacAddress& absid = task.station.absid;
            batch_.add(task.pmk.expose(),
                       profile_ == KdfProfile::draft
                           ? astrings::ak(amsid_star, absid, task.station.count)
                           : astrings::ak(amsid_star, absid),
                       task.out.ak.expose_for_write());
        }
        batch_.run();
    }

    /// Left to the next level's batch: nothing depends on an AKID.
    void add_akids(std::span<const AkTask> tasks)
    {
        for (const auto& [pmk, station, out] : tasks)
            add_akid(batch_, out.ak, station.ak_sn, out.amsid_star, station.absid, out.akid);
    }

    void derive_link_keys(std::span<const LinkTask> tasks)
    {
        derive_prekeys(tasks);
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            const auto& [in, out] = tasks[i];
            const TekRoot root = tek_root_of(in.ak, out);
            batch_.add(root.expose(), astrings::cmac_keys(), cmac_keys_.of(i));
            for (std::size_t counter = 0; counter < out.teks.size(); ++counter)
                add_tek(batch_, {root, in.said, CounterTek::from_field(counter)},
                        out.teks[counter]);
        }
        batch_.run();
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            CmacKeys& cmac = tasks[i].out.cmac;
            cut_into(cmac_keys_.of(i), cmac.uplink, cmac.downlink);
        }
    }

    void run() { batch_.run(); }

  private:
    void derive_amsid_stars(std::span<const AkTask> tasks)
    {
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            const MzoneStation& station = tasks[i].station;
            MacAddress& out = tasks[i].out.amsid_star;
            if (station.amsid_form == AmsidForm::plain) {
                out = station.amsid;
                continue;
            }
            std::ranges::copy(station.amsid, amsid_keys_[i].begin());
            batch_.add(amsid_keys_[i],
                       profile_ == KdfProfile::draft
                           ? astrings::amsid_star(station.absid, station.nonces.abs)
                           : astrings::amsid_star(station.nonces.ams),
                       out);
        }
        batch_.run();
    }

    void derive_prekeys(std::span<const LinkTask> tasks)
    {
        for (const auto& [in, out] : tasks) {
            if (profile_ == KdfProfile::draft) {
                out.prekey.reset();
                continue;
            }
            out.prekey.emplace(CmacTekPrekey::to_be_written());
            batch_.add(in.ak.expose(), astrings::cmac_tek_prekey(in.count),
                       out.prekey->expose_for_write());
        }
        if (profile_ == KdfProfile::final_)
            batch_.run();
    }

    KdfProfile profile_;
    KdfBatch batch_;
    /// AMSID followed by zeros: Dot16KDF wants 128 bits of key and the address has 48. Public, hence not wiped.
    std::vector<std::array<std::uint8_t, labels::kAmsidKeyBytes>> amsid_keys_;
    KeyScratch<2 * CmacKey::kSize> cmac_keys_;
};

LinkTask link_task(const MzoneStation& station, MzoneKeySet& out)
{
    return {{out.ak_context.ak, station.count, station.said}, out.link};
}

void derive_below_pmks(Levels& levels, std::span<const AkTask> ak_tasks,
                       std::span<const LinkTask> link_tasks)
{
    levels.derive_aks(ak_tasks);
    levels.add_akids(ak_tasks);
    levels.derive_link_keys(link_tasks);
}

} // namespace

MzoneAkContext MzoneAkContext::to_be_written() noexcept
{
    return {{}, Ak::to_be_written(), {}};
}

MzoneLinkKeys MzoneLinkKeys::to_be_written() noexcept
{
    return {std::nullopt, CmacKeys::to_be_written(), {Tek::to_be_written(), Tek::to_be_written()}};
}

MzoneKeySet MzoneKeySet::to_be_written() noexcept
{
    return {MzoneAkContext::to_be_written(), MzoneLinkKeys::to_be_written()};
}

MzoneEntryKeys MzoneEntryKeys::to_be_written() noexcept
{
    return {Pmk::to_be_written(), MzoneKeySet::to_be_written()};
}

TekRoot MzoneKeySet::tek_root() const noexcept
{
    return tek_root_of(ak_context.ak, link);
}

void derive_mzone_entry(crypto::Provider& provider, KdfProfile profile,
                        std::span<const MzoneEntryInputs> inputs, std::span<MzoneEntryKeys> outputs)
{
    Levels levels{provider, profile, inputs.size()};
    for_each_pass(inputs, outputs, [&levels](auto in, auto out) {
        std::vector<PmkTask> pmks;
        std::vector<AkTask> aks;
        std::vector<LinkTask> links;
        for (std::size_t i = 0; i < in.size(); ++i) {
            const MzoneStation& station = in[i].station;
            pmks.push_back({in[i], out[i].pmk});
            aks.push_back({out[i].pmk, station, out[i].keys.ak_context});
            links.push_back(link_task(station, out[i].keys));
        }
        levels.derive_pmks(pmks);
        derive_below_pmks(levels, aks, links);
    });
}

void derive_mzone_handover(crypto::Provider& provider, KdfProfile profile,
                           std::span<const MzoneHandoverInputs> inputs,
                           std::span<MzoneKeySet> outputs)
{
    Levels levels{provider, profile, inputs.size()};
    for_each_pass(inputs, outputs, [&levels](auto in, auto out) {
        std::vector<AkTask> aks;
        std::vector<LinkTask> links;
        for (std::size_t i = 0; i < in.size(); ++i) {
            aks.push_back({in[i].pmk, in[i].station, out[i].ak_context});
            links.push_back(link_task(in[i].station, out[i]));
        }
        derive_below_pmks(levels, aks, links);
    });
}

void derive_mzone_ak_contexts(crypto::Provider& provider, KdfProfile profile,
                              std::span<const MzoneHandoverInputs> inputs,
                              std::span<MzoneAkContext> outputs)
{
    Levels levels{provider, profile, inputs.size()};
    for_each_pass(inputs, outputs, [&levels](auto in, auto out) {
        std::vector<AkTask> tasks;
        for (std::size_t i = 0; i < in.size(); ++i)
            tasks.push_back({in[i].pmk, in[i].station, out[i]});
        levels.derive_aks(tasks);
        levels.add_akids(tasks);
        levels.run();
    });
}

void derive_mzone_link_keys(crypto::Provider& provider, KdfProfile profile,
                            std::span<const MzoneLinkInputs> inputs,
                            std::span<MzoneLinkKeys> outputs)
{
    Levels levels{provider, profile, inputs.size()};
    for_each_pass(inputs, outputs, [&levels](auto in, auto out) {
        std::vector<LinkTask> tasks;
        for (std::size_t i = 0; i < in.size(); ++i)
            tasks.push_back({in[i], out[i]});
        levels.derive_link_keys(tasks);
    });
}

AkId derive_mzone_akid(crypto::Provider& provider, const Ak& ak, AkSn ak_sn,
                       const MacAddress& amsid_star, const MacAddress& absid)
{
    AkId akid{};
    KdfBatch batch{provider};
    add_akid(batch, ak, ak_sn, amsid_star, absid, akid);
    batch.run();
    return akid;
}

void derive_teks(crypto::Provider& provider, std::span<const TekInputs> inputs,
                 std::span<Tek> outputs)
{
    KdfBatch batch{provider};
    for_each_pass(inputs, outputs, [&batch](auto in, auto out) {
        for (std::size_t i = 0; i < in.size(); ++i)
            add_tek(batch, in[i], out[i]);
        batch.run();
    });
}

MzoneEntryKeys derive_mzone_entry(crypto::Provider& provider, KdfProfile profile,
                                  const MzoneEntryInputs& inputs)
{
    auto keys = MzoneEntryKeys::to_be_written();
    derive_mzone_entry(provider, profile, {&inputs, 1}, {&keys, 1});
    return keys;
}

MzoneKeySet derive_mzone_handover(crypto::Provider& provider, KdfProfile profile,
                                  const MzoneHandoverInputs& inputs)
{
    auto keys = MzoneKeySet::to_be_written();
    derive_mzone_handover(provider, profile, {&inputs, 1}, {&keys, 1});
    return keys;
}

MzoneAkContext derive_mzone_ak_context(crypto::Provider& provider, KdfProfile profile,
                                       const MzoneHandoverInputs& inputs)
{
    auto context = MzoneAkContext::to_be_written();
    derive_mzone_ak_contexts(provider, profile, {&inputs, 1}, {&context, 1});
    return context;
}

MzoneLinkKeys derive_mzone_link_keys(crypto::Provider& provider, KdfProfile profile,
                                     const MzoneLinkInputs& inputs)
{
    auto keys = MzoneLinkKeys::to_be_written();
    derive_mzone_link_keys(provider, profile, {&inputs, 1}, {&keys, 1});
    return keys;
}

Tek derive_tek(crypto::Provider& provider, const TekInputs& inputs)
{
    auto tek = Tek::to_be_written();
    derive_teks(provider, {&inputs, 1}, {&tek, 1});
    return tek;
}

} // namespace aaigw::key
