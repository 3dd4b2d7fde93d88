// A known answer of a key hierarchy: its inputs as the types of control/key, its outputs by name.
#pragma once

#include "common/hex.h"
#include "crypto/secret.h"
#include "tests/vectors/known_answer.h"

#include <map>
#include <string>

namespace aaigw::vectors {

class KeyVector : public KnownAnswer {
  protected:
    /// A key of the type under test, from the vector's `member`.
    template <class Key>
    [[nodiscard]] Key key(const char* member) const
    {
        return Key::copy_of(array<Key::kSize>(member));
    }

    template <class Id>
    [[nodiscard]] Id id(const char* member) const
    {
        return Id::from(number(member)).value();
    }

    /// What was derived, beside what the vector knows; each answer that the vector has must be among it.
    void expect_answers(const std::map<std::string, std::string>& derived) const
    {
        for (const auto& [name, answer] : vector().at("expect").items()) {
            ASSERT_TRUE(derived.contains(name)) << name;
            const std::string value =
                answer.is_number() ? answer.dump() : answer.get<std::string>();
            EXPECT_EQ(derived.at(name), value) << name;
        }
    }

    template <std::size_t N>
    [[nodiscard]] static std::string text_of(const crypto::Secret<N>& secret)
    {
        return to_hex(secret.expose());
    }
};

} // namespace aaigw::vectors
