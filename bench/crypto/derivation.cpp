// Key set derivations of a handover storm: ours in batches, the same CMACs on the raw library, and on OpenSSL.
#include "bench/crypto/measure.h"
#include "bench/timing.h"
#include "common/check.h"
#include "control/key/mzone_keys.h"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <numeric>

namespace aaigw::bench {

namespace {

constexpr std::size_t kStations = 1024;

/// The AES-CMACs under one key of the draft profile's handover key set: how many, and how long their messages are.
/// AMSID*: one of 22 bytes. AK: two of 24. AKID, CMAC keys and TEKs: 23, two of 17, two of 14.
struct KeyUse {
    std::array<std::size_t, 5> lengths;
    std::size_t count;
};
constexpr std::array<KeyUse, 3> kKeyUses{{{{22}, 1}, {{24, 24}, 2}, {{23, 17, 17, 14, 14}, 5}}};

struct Stations {
    std::vector<key::Pmk> pmks;
    std::vector<key::MzoneHandoverInputs> inputs;
    std::vector<key::MzoneKeySet> outputs;

    Stations()
    {
        for (std::size_t i = 0; i < kStations; ++i) {
            auto pmk = key::Pmk::to_be_written();
            std::ranges::fill(pmk.expose_for_write(), static_cast<std::uint8_t>(i));
            pmks.push_back(std::move(pmk));
        }
        for (std::size_t i = 0; i < kStations; ++i) {
            key::MzoneStation station{};
            store_be(std::span{station.amsid}, i);
            station.said = MzoneSaid::from_field(1);
            inputs.push_back({pmks[i], station});
            outputs.push_back(key::MzoneKeySet::to_be_written());
        }
    }
};

class RawDerivation {
  public:
    RawDerivation() : manager_{alloc_mb_mgr(0)}
    {
        AAIGW_CHECK(manager_ != nullptr);
        init_mb_mgr_auto(manager_.get(), nullptr);
    }

    /// Three dependent levels over all stations, in bursts of up to 128 jobs, flushed at the end of each level.
    void run()
    {
        for (const KeyUse& use : kKeyUses) {
            for (std::size_t first = 0; first < kStations; first += kAtOnce)
                run_level(use);
        }
    }

  private:
    static constexpr std::size_t kAtOnce = 16; // stations whose CMACs of one level fit one burst

    struct FreeManager {
        void operator()(IMB_MGR* manager) const noexcept { free_mb_mgr(manager); }
    };

    struct alignas(64) Key {
        std::array<std::uint8_t, 176> schedule;
        std::array<std::uint8_t, 176> unused;
        crypto::AesBlock subkey1;
        crypto::AesBlock subkey2;
    };

    void run_level(const KeyUse& use)
    {
        std::array<IMB_JOB*, IMB_MAX_BURST_SIZE> burst;
        const std::size_t total = kAtOnce * use.count;
        AAIGW_CHECK(IMB_GET_NEXT_BURST(manager_.get(), static_cast<std::uint32_t>(total),
                                       burst.data()) == total);
        for (std::size_t i = 0; i < total; ++i) {
            Key& key = keys_[i / use.count];
            if (i % use.count == 0) {
                IMB_AES_KEYEXP_128(manager_.get(), macs_[i].data(), key.schedule.data(),
                                   key.unused.data());
                IMB_AES_CMAC_SUBKEY_GEN_128(manager_.get(), key.schedule.data(), key.subkey1.data(),
                                            key.subkey2.data());
            }
            IMB_JOB& job = *burst[i];
            job.src = messages_[i].data();
            job.hash_start_src_offset_in_bytes = 0;
            job.msg_len_to_hash_in_bytes = use.lengths[i % use.count];
            job.cipher_mode = IMB_CIPHER_NULL;
            job.cipher_direction = IMB_DIR_ENCRYPT;
            job.chain_order = IMB_ORDER_HASH_CIPHER;
            job.hash_alg = IMB_AUTH_AES_CMAC;
            job.u.CMAC._key_expanded = key.schedule.data();
            job.u.CMAC._skey1 = key.subkey1.data();
            job.u.CMAC._skey2 = key.subkey2.data();
            job.auth_tag_output = macs_[i].data();
            job.auth_tag_output_len_in_bytes = 16;
        }
        IMB_SUBMIT_BURST_NOCHECK(manager_.get(), static_cast<std::uint32_t>(total), burst.data());
        while (IMB_FLUSH_BURST(manager_.get(), IMB_MAX_BURST_SIZE, burst.data()) > 0) {
        }
    }

    std::unique_ptr<IMB_MGR, FreeManager> manager_;
    std::array<Key, kAtOnce> keys_{};
    std::array<std::array<std::uint8_t, 64>, IMB_MAX_BURST_SIZE> messages_{};
    std::array<crypto::AesBlock, IMB_MAX_BURST_SIZE> macs_{};
};

} // namespace

Row measure_derivations(std::size_t rounds)
{
    Stations stations;
    const auto ours = crypto::make_ipsec_mb_provider().value();
    const auto openssl = crypto::make_openssl_provider();
    RawDerivation raw;

    const auto cycles = [](auto work) {
        double best = 0;
        for (int pass = 0; pass < 4; ++pass) {
            const std::uint64_t begin = tsc();
            work();
            const double spent = static_cast<double>(tsc() - begin) / kStations;
            best = pass == 0 ? spent : std::min(best, spent);
        }
        return best;
    };
    const auto derive = [&stations](crypto::Provider& provider) {
        key::derive_mzone_handover(provider, key::KdfProfile::draft, stations.inputs,
                                   stations.outputs);
    };
    std::vector<double> ours_cycles;
    std::vector<double> raw_cycles;
    std::vector<double> openssl_cycles;
    std::vector<double> raw_ratio;
    std::vector<double> openssl_ratio;
    for (std::size_t i = 0; i < rounds; ++i) {
        ours_cycles.push_back(cycles([&] { derive(*ours); }));
        raw_cycles.push_back(cycles([&] { raw.run(); }));
        openssl_cycles.push_back(cycles([&] { derive(*openssl); }));
        raw_ratio.push_back(raw_cycles.back() / ours_cycles.back());
        openssl_ratio.push_back(openssl_cycles.back() / ours_cycles.back());
    }
    return {.operation = "handover key set",
            .bytes = 0,
            .keys = kStations,
            .aaigw_cycles = median(ours_cycles),
            .ipsec_mb_cycles = median(raw_cycles),
            .ipsec_mb_way = "7 CMACs, 3 key expansions",
            .openssl_cycles = median(openssl_cycles),
            .ratio_ipsec_mb = median(raw_ratio),
            .ratio_openssl = median(openssl_ratio)};
}

} // namespace aaigw::bench
