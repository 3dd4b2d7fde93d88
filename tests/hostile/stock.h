// Stock: frames as an attacker would send them, in great numbers: changes of right ones, chance, and right ones between.
#pragma once

#include "tests/doubles/traffic.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace aaigw::path {

/// Right frames are kept and used more than once, since making one costs more than all the rest.
class Stock {
  public:
    explicit Stock(doubles::Traffic& traffic) : traffic_{traffic}
    {
        for (std::size_t i = 0; i < kFrames; ++i)
            frames_.push_back(traffic.right());
    }

    [[nodiscard]] doubles::PathRig::Arrival next()
    {
        aaigw::doubles::Dice& dice = traffic_.dice();
        if (dice.one_in(8))
            dice.one_of(frames_) = traffic_.right();
        const doubles::PathRig::Arrival& frame = dice.one_of(frames_);
        switch (dice.below(16)) {
        case 0:
        case 1:
            return frame;
        case 2:
            return traffic_.misplaced();
        case 3:
        case 4:
        case 5:
        case 6:
            return traffic_.random(frame);
        default:
            return traffic_.changed(frame);
        }
    }

  private:
    static constexpr std::size_t kFrames = 512;

    doubles::Traffic& traffic_;
    std::vector<doubles::PathRig::Arrival> frames_;
};

/// Whether a verified message of the control thread's queue was made by `traffic`, with or without its CMAC tuple.
[[nodiscard]] inline bool is_genuine(const doubles::Traffic& traffic, const Event& event)
{
    const Bytes message = Bytes{event.message}.first(event.length);
    constexpr std::size_t kMzoneTuple = 12;
    constexpr std::size_t kLzoneTuple = 15;
    const auto has_made_before = [&](std::size_t tuple) {
        return message.size() > tuple && traffic.has_made(message.first(message.size() - tuple));
    };
    return has_made_before(0) || has_made_before(kMzoneTuple) || has_made_before(kLzoneTuple);
}

/// The same for a frame to the core. What has come without an ICV is not asked for: nobody can know.
[[nodiscard]] inline bool is_genuine(const doubles::Traffic& traffic, Bytes frame)
{
    constexpr std::size_t kGreKeyAt = 14 + 20 + 4;
    const std::uint64_t without_icv =
        traffic.stations()[doubles::Traffic::kWithoutIcv].flows[0].gre_key;
    return load_be(frame.subspan<kGreKeyAt, 4>()) == without_icv ||
           traffic.has_made(frame.subspan(kGreKeyAt + 4));
}

} // namespace aaigw::path
