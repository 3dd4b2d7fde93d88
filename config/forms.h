// Forms: what the scalar values of the configuration look like.
//
// A form reads a text into a value of the model, writes a default value as it would be written, and says in words what
// it expects; messages and the reference are made of these words. parse() gives what is wrong with the text, or
// nothing, and never a part of the text.
#pragma once

#include "common/ids.h"
#include "common/ipv4.h"
#include "common/words.h"

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace aaigw::config {

template <class Form, class Value>
concept ScalarForm = requires(const Form& form, std::string_view text, Value& value)
{
    {
        form.parse(text, value)
        } -> std::same_as<std::string_view>;
    {
        form.expected()
        } -> std::same_as<std::string>;
    {
        form.text(value)
        } -> std::same_as<std::string>;
};

struct Flag {
    [[nodiscard]] static std::string expected() { return "true or false"; }
    [[nodiscard]] static std::string text(bool value) { return value ? "true" : "false"; }
    [[nodiscard]] static std::string_view parse(std::string_view text, bool& value) noexcept;
};

/// Decimal without leading zeros (some programs read `010` as 8), or hex after `0x`; of type integer or BoundedUint.
struct Number {
    std::uint64_t min = 0;
    std::uint64_t max = 0;

    [[nodiscard]] std::string expected() const;

    template <std::unsigned_integral T>
    [[nodiscard]] static std::string text(T value)
    {
        return fmt::format("{}", value);
    }
    template <class Tag, class Rep, unsigned Bits>
    [[nodiscard]] static std::string text(BoundedUint<Tag, Rep, Bits> value)
    {
        return fmt::format("{}", value.value());
    }

    template <std::unsigned_integral T>
    [[nodiscard]] std::string_view parse(std::string_view text, T& value) const noexcept
    {
        std::uint64_t number = 0;
        const std::string_view wrong = parse_number(text, number);
        if (wrong.empty())
            value = static_cast<T>(number);
        return wrong;
    }
    template <class Tag, class Rep, unsigned Bits>
    [[nodiscard]] std::string_view parse(std::string_view text,
                                         BoundedUint<Tag, Rep, Bits>& value) const noexcept
    {
        std::uint64_t number = 0;
        const std::string_view wrong = parse_number(text, number);
        if (wrong.empty())
            value = BoundedUint<Tag, Rep, Bits>::from_field(number);
        return wrong;
    }

  private:
    [[nodiscard]] std::string_view parse_number(std::string_view text,
                                                std::uint64_t& value) const noexcept;
};

template <class E>
struct Word {
    std::string_view word;
    E value;
};

/// One of a few words.
template <class E, std::size_t N>
struct Words {
    std::array<Word<E>, N> words;

    [[nodiscard]] std::string expected() const
    {
        std::string text;
        for (std::size_t i = 0; i < N; ++i)
            text += fmt::format("{}{}", i == 0 ? "" : i + 1 < N ? ", " : " or ", words[i].word);
        return text;
    }
    [[nodiscard]] std::string text(E value) const
    {
        for (const Word<E>& word : words) {
            if (word.value == value)
                return std::string{word.word};
        }
        return {};
    }
    [[nodiscard]] std::string_view parse(std::string_view text, E& value) const noexcept
    {
        for (const Word<E>& word : words) {
            if (word.word == text) {
                value = word.value;
                return {};
            }
        }
        return "not a word it takes";
    }
};
template <class E, std::size_t N>
Words(std::array<Word<E>, N>) -> Words<E, N>;

struct Name {
    [[nodiscard]] static std::string expected();
    [[nodiscard]] static std::string text(const std::string& value) { return value; }
    [[nodiscard]] static std::string_view parse(std::string_view text, std::string& value);
};

struct Device {
    [[nodiscard]] static std::string expected();
    [[nodiscard]] static std::string text(const std::string& value) { return value; }
    [[nodiscard]] static std::string_view parse(std::string_view text, std::string& value);
};

/// Absolute, since nobody knows from which folder a daemon is started.
struct Path {
    std::size_t max_bytes = 4095; ///< PATH_MAX without the zero byte

    [[nodiscard]] std::string expected() const;
    [[nodiscard]] static std::string text(const std::string& value) { return value; }
    [[nodiscard]] std::string_view parse(std::string_view text, std::string& value) const;
};

/// The address of one host.
struct HostAddress {
    [[nodiscard]] static std::string expected() { return "an IPv4 address such as 192.0.2.1"; }
    [[nodiscard]] static std::string text(Ipv4Address value) { return to_text(value); }
    [[nodiscard]] static std::string_view parse(std::string_view text, Ipv4Address& value) noexcept;
};

/// The address of one host and the length of its network's prefix.
struct HostNetwork {
    [[nodiscard]] static std::string expected();
    [[nodiscard]] static std::string text(const Ipv4Network& value) { return to_text(value); }
    [[nodiscard]] static std::string_view parse(std::string_view text, Ipv4Network& value) noexcept;
};

/// Exactly N bytes as hex digits, without anything between them.
template <std::size_t N>
struct Hex {
    [[nodiscard]] static std::string expected() { return fmt::format("{} hex digits", 2 * N); }
    [[nodiscard]] static std::string text(const std::array<std::uint8_t, N>&) { return {}; }
    [[nodiscard]] static std::string_view parse(std::string_view text,
                                                std::array<std::uint8_t, N>& value) noexcept;
};

enum class MacKind : std::uint8_t { any, unicast };

struct Mac {
    MacKind kind = MacKind::any;

    [[nodiscard]] std::string expected() const;
    [[nodiscard]] static std::string text(const MacAddress&) { return {}; }
    [[nodiscard]] std::string_view parse(std::string_view text, MacAddress& value) const noexcept;
};

} // namespace aaigw::config
