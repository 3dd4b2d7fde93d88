// Binding: a schema is a table of fields, each of which ties a key of a mapping to a member of a struct of the model.
//
// The table is everything there is to know of a key: its form and range, whether it must be there, and what it means.
// read_mapping() reads by it, and the reference (config/reference.h) is printed from it. Defaults come from the struct.
#pragma once

#include "config/forms.h"
#include "config/model.h"
#include "config/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace aaigw::config {

enum class Need : std::uint8_t {
    optional,
    required,
    lab_only, ///< optional, and refused without `lab: true`
};

/// A field as the reference shows it.
struct FieldDoc {
    std::string_view key;
    std::string_view help;
    std::string expected;
    std::string preset; ///< the default as it would be written; empty when there is none
    Need need = Need::optional;
    bool list = false;
    std::vector<FieldDoc> (*inner)() =
        nullptr; ///< the fields of the mapping (or of each one in the list)
};

template <class Owner>
struct Field {
    FieldDoc doc;
    std::function<void(TreeNode&, Owner&, Reading&)> read;
};

template <class Owner>
using Schema = std::vector<Field<Owner>>;

/// The table of each struct of the model: config/schema.cpp.
template <class Owner>
[[nodiscard]] const Schema<Owner>& schema();

template <class Owner>
[[nodiscard]] std::vector<FieldDoc> docs_of()
{
    std::vector<FieldDoc> docs;
    for (const Field<Owner>& field : schema<Owner>())
        docs.push_back(field.doc);
    return docs;
}

/// The form of a struct with a schema of its own.
template <class Owner>
struct Section {
};

/// The form of a list of `min` to `max` values of one form.
template <class Form>
struct ListOf {
    Form form;
    std::size_t min = 0;
    std::size_t max = 0;
};

/// The form of a key: hex digits (in a lab), or the path of a file that holds it.
struct KeyForm {};

[[nodiscard]] std::string expected_of(const KeyForm& form);

template <class Form>
[[nodiscard]] std::string expected_of(const Form& form)
{
    return form.expected();
}
template <class Owner>
[[nodiscard]] std::string expected_of(const Section<Owner>&)
{
    return "a mapping";
}
template <class Form>
[[nodiscard]] std::string expected_of(const ListOf<Form>& list)
{
    return fmt::format("a list of {} to {}, each {}", list.min, list.max, expected_of(list.form));
}

/// Refuses `node`, which has not the kind that its reader takes.
void refuse_kind(std::string_view key, TreeNode& node, std::string_view expected, Reading& reading);
void refuse_missing(const FieldDoc& field, TreeNode& mapping, Reading& reading);
void refuse_outside_lab(const FieldDoc& field, TreeNode& value, Reading& reading);

void read_value(const KeyForm& form, std::string_view key, TreeNode& node, KeySource& value,
                Reading& reading);

template <class Form, class Value>
requires ScalarForm<Form, Value>
void read_value(const Form& form, std::string_view key, TreeNode& node, Value& value,
                Reading& reading)
{
    if (node.kind != NodeKind::scalar)
        return refuse_kind(key, node, form.expected(), reading);
    if (const std::string_view wrong = form.parse(node.text, value); !wrong.empty())
        reading.refuse(node, fmt::format("{}: {}; expected {}", key, wrong, form.expected()));
}

template <class Owner>
void read_mapping(std::string_view key, TreeNode& node, Owner& value, Reading& reading)
{
    if (node.kind != NodeKind::mapping)
        return refuse_kind(key, node, "a mapping", reading);
    std::vector<std::string> known;
    for (const Field<Owner>& field : schema<Owner>())
        known.emplace_back(field.doc.key);
    refuse_unknown_keys(node, known, reading);
    for (const Field<Owner>& field : schema<Owner>()) {
        TreeNode* there = node.find(field.doc.key);
        if (there == nullptr) {
            if (field.doc.need == Need::required)
                refuse_missing(field.doc, node, reading);
            continue;
        }
        if (field.doc.need == Need::lab_only && !reading.lab())
            refuse_outside_lab(field.doc, *there, reading);
        field.read(*there, value, reading);
        node.flawed = node.flawed || there->flawed;
    }
}

template <class Owner>
void read_value(const Section<Owner>&, std::string_view key, TreeNode& node, Owner& value,
                Reading& reading)
{
    read_mapping(key, node, value, reading);
}

/// One element for each item, also for a flawed one, so that both have the same places.
template <class Form, class Value>
void read_value(const ListOf<Form>& list, std::string_view key, TreeNode& node,
                std::vector<Value>& values, Reading& reading)
{
    if (node.kind != NodeKind::list)
        return refuse_kind(key, node, expected_of(list), reading);
    if (node.items.size() < list.min || node.items.size() > list.max)
        reading.refuse(node, fmt::format("{}: {} entries; expected {} to {}", key,
                                         node.items.size(), list.min, list.max));
    values.clear();
    const std::size_t count = std::min(node.items.size(), list.max);
    values.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TreeNode& item = node.items[i];
        Value& value = values.emplace_back();
        if (item.readable())
            read_value(list.form, key, item, value, reading);
        node.flawed = node.flawed || item.flawed;
    }
}

template <class Form, class Value>
void read_value(const Form& form, std::string_view key, TreeNode& node, std::optional<Value>& value,
                Reading& reading)
{
    read_value(form, key, node, value.emplace(), reading);
}

template <class Form, class Value>
[[nodiscard]] std::string preset_text(const Form& form, const Value& value)
{
    if constexpr (ScalarForm<Form, Value>)
        return form.text(value);
    else
        return {};
}
template <class Form, class Value>
[[nodiscard]] std::string preset_text(const ListOf<Form>& list, const std::vector<Value>& values)
{
    std::string text;
    for (const Value& value : values)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", preset_text(list.form, value));
    return text.empty() ? text : fmt::format("[{}]", text);
}

template <class Form>
struct Inner {
    static constexpr std::vector<FieldDoc> (*kDocs)() = nullptr;
    static constexpr bool kList = false;
};
template <class Owner>
struct Inner<Section<Owner>> {
    static constexpr std::vector<FieldDoc> (*kDocs)() = &docs_of<Owner>;
    static constexpr bool kList = false;
};
template <class Form>
struct Inner<ListOf<Form>> {
    static constexpr std::vector<FieldDoc> (*kDocs)() = Inner<Form>::kDocs;
    static constexpr bool kList = true;
};

/// What a mapping without keys would be.
template <class Owner>
[[nodiscard]] const Owner& defaults()
{
    static const Owner owner;
    return owner;
}

/// A line of a schema.
template <class Owner, class Value, class Form>
[[nodiscard]] Field<Owner> field(std::string_view key, Value Owner::*member, Form form, Need need,
                                 std::string_view help)
{
    FieldDoc doc{key, help, expected_of(form), {}, need, Inner<Form>::kList, Inner<Form>::kDocs};
    if (need == Need::optional)
        doc.preset = preset_text(form, defaults<Owner>().*member);
    return {std::move(doc), [key, member, form](TreeNode& node, Owner& owner, Reading& reading) {
                if (node.readable())
                    read_value(form, key, node, owner.*member, reading);
            }};
}

} // namespace aaigw::config
