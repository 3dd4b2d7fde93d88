// Values: the arguments of one command, each read and checked against its type when the command asks for it.
#pragma once

#include "common/result.h"
#include "control/ctl/text_source.h"
#include "crypto/secret.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::ctl {

/// What stands on the command line, by option (`--msk`) or positional (`PAYLOAD`) name; flags map to "".
/// Wiped at its end.
struct Arguments {
    std::map<std::string, std::string, std::less<>> texts;

    Arguments() = default;
    Arguments(Arguments&&) noexcept = default;
    Arguments& operator=(Arguments&&) noexcept = default;
    ~Arguments();
};

/// One of the words an option takes, and what it stands for.
template <class T>
struct Choice {
    std::string_view word;
    T value;
};

/// Every reader gives the value or an invalid_argument error of one line: `NAME: what is wrong, what is expected`.
/// No error ever quotes the value, since any argument may be a key in the wrong place.
class Values {
  public:
    Values(Arguments arguments, int standard_input)
        : arguments_{std::move(arguments)}, source_{standard_input}
    {
    }

    [[nodiscard]] bool given(std::string_view name) const;

    /// Hex digits of exactly the size of `Key`, a Secret or one of the types of control/key.
    template <class Key>
    [[nodiscard]] Result<Key> key(std::string_view name)
    {
        TRY(const SecretBuffer buffer, hex_of_size(name, Key::kSize));
        return Key::copy_of(buffer.bytes().template first<Key::kSize>());
    }

    /// Hex digits of exactly N bytes, for what is sent in clear: addresses, nonces, AKIDs.
    template <std::size_t N>
    [[nodiscard]] Result<std::array<std::uint8_t, N>> bytes(std::string_view name)
    {
        TRY(const SecretBuffer buffer, hex_of_size(name, N));
        std::array<std::uint8_t, N> out{};
        std::ranges::copy(buffer.bytes(), out.begin());
        return out;
    }

    /// Hex digits of any number of bytes, zero included.
    [[nodiscard]] Result<SecretBuffer> hex(std::string_view name);

    /// A number in decimal, or in hex after `0x`.
    [[nodiscard]] Result<std::uint64_t> number(std::string_view name, std::uint64_t min,
                                               std::uint64_t max);

    /// A number that fits `Id`, one of the BoundedUint types.
    template <class Id>
    [[nodiscard]] Result<Id> id(std::string_view name)
    {
        TRY(const std::uint64_t value, number(name, 0, Id::kMax));
        return Id::from_field(value);
    }

    /// `min` to `max` decimal digits, kept as text.
    [[nodiscard]] Result<std::string> digits(std::string_view name, std::size_t min,
                                             std::size_t max);

    template <class T>
    [[nodiscard]] Result<T> choice(std::string_view name, std::initializer_list<Choice<T>> choices)
    {
        TRY(const SecretBuffer given_text, text(name));
        std::vector<std::string_view> words;
        for (const Choice<T>& choice : choices) {
            if (choice.word == given_text.text())
                return choice.value;
            words.push_back(choice.word);
        }
        return not_a_choice(name, words);
    }

    /// The argument as it stands, which `@` and `-` do not change.
    [[nodiscard]] Result<std::string> path(std::string_view name) const;
    /// The whole content of the file that path() names; `-` is standard input.
    [[nodiscard]] Result<SecretBuffer> file(std::string_view name, std::size_t most);

    /// Exactly one of the options must be there; gives its name.
    [[nodiscard]] Result<std::string_view>
    exactly_one_of(std::initializer_list<std::string_view> names) const;

    /// Whether both are there. One without the other is an error that names the missing one.
    [[nodiscard]] Result<bool> both_or_neither(std::string_view first,
                                               std::string_view second) const;

  private:
    [[nodiscard]] Result<SecretBuffer> text(std::string_view name);
    [[nodiscard]] Result<SecretBuffer> hex_of_size(std::string_view name, std::size_t size);
    [[nodiscard]] Result<SecretBuffer> decoded(std::string_view name, std::string_view expected);
    [[nodiscard]] static tl::unexpected<Error>
    not_a_choice(std::string_view name, const std::vector<std::string_view>& words);

    Arguments arguments_;
    TextSource source_;
};

} // namespace aaigw::ctl
