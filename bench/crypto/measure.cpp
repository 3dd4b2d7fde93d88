#include "bench/crypto/measure.h"

#include "bench/crypto/candidate.h"
#include "bench/timing.h"
#include "common/check.h"

#include <algorithm>
#include <limits>

namespace aaigw::bench {

namespace {

constexpr std::size_t kPassesPerRound = 8;
class SideBySide {
  public:
    SideBySide(Operation operation, std::size_t payload_bytes, std::size_t key_count)
        : workload_{payload_bytes, key_count}, ours_{make_engine_candidate(workload_, operation)},
          raw_{make_raw_mb_candidates(workload_, operation)}, openssl_{make_openssl_candidate(
                                                                  workload_, operation)}
    {
        if (operation == Operation::ccm_unprotect)
            protector_ = make_protector(workload_);
    }

    struct Round {
        double ours;
        std::vector<double> raw;
        double openssl;
    };

    Round round()
    {
        Round out{cycles(*ours_), {}, 0};
        for (const auto& candidate : raw_)
            out.raw.push_back(cycles(*candidate));
        out.openssl = cycles(*openssl_);
        return out;
    }

    [[nodiscard]] std::string raw_name(std::size_t index) const { return raw_[index]->name(); }

  private:
    /// The best pass of a turn: what disturbs a pass only ever adds to it.
    double cycles(Candidate& candidate)
    {
        // First every key comes round, so that what the caches can hold of them is there, as in a gateway that does
        // nothing else; the other candidates have just swept them out.
        const std::size_t warm_up = 1 + 2 * workload_.keys().size() / kPackets;
        double best = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < warm_up + kPassesPerRound; ++i) {
            const double spent = pass(candidate);
            if (i >= warm_up)
                best = std::min(best, spent);
        }
        return best;
    }

    double pass(Candidate& candidate)
    {
        workload_.next_pass();
        if (protector_)
            protector_->run();
        candidate.prepare();
        const std::uint64_t begin = tsc();
        candidate.run();
        return static_cast<double>(tsc() - begin) / kPackets;
    }

    Workload workload_;
    std::unique_ptr<Candidate> ours_;
    std::vector<std::unique_ptr<Candidate>> raw_;
    std::unique_ptr<Candidate> openssl_;
    std::unique_ptr<Candidate> protector_;
};

} // namespace

std::string_view name_of(Operation operation) noexcept
{
    switch (operation) {
    case Operation::ccm_protect:
        return "ccm protect";
    case Operation::ccm_unprotect:
        return "ccm unprotect";
    case Operation::cmac:
        break;
    }
    return "cmac";
}

Row measure_packets(Operation operation, std::size_t payload_bytes, std::size_t key_count,
                    std::size_t rounds)
{
    SideBySide bench{operation, payload_bytes, key_count};
    std::vector<SideBySide::Round> all;
    for (std::size_t i = 0; i < rounds; ++i)
        all.push_back(bench.round());

    const auto over_rounds = [&all](auto value) {
        std::vector<double> values;
        std::ranges::transform(all, std::back_inserter(values), value);
        return median(std::move(values));
    };
    // The best way is the one with the best median, not the luckiest round.
    std::size_t best = 0;
    double best_cycles = std::numeric_limits<double>::infinity();
    for (std::size_t way = 0; way < all.front().raw.size(); ++way) {
        const double cycles = over_rounds([way](const auto& round) { return round.raw[way]; });
        if (cycles < best_cycles) {
            best = way;
            best_cycles = cycles;
        }
    }
    return {.operation = std::string{name_of(operation)},
            .bytes = payload_bytes,
            .keys = key_count,
            .aaigw_cycles = over_rounds([](const auto& round) { return round.ours; }),
            .ipsec_mb_cycles = best_cycles,
            .ipsec_mb_way = bench.raw_name(best),
            .openssl_cycles = over_rounds([](const auto& round) { return round.openssl; }),
            .ratio_ipsec_mb =
                over_rounds([best](const auto& round) { return round.raw[best] / round.ours; }),
            .ratio_openssl =
                over_rounds([](const auto& round) { return round.openssl / round.ours; })};
}

} // namespace aaigw::bench
