#include "config/binding.h"

#include "crypto/secret.h"

namespace aaigw::config {

std::string expected_of(const KeyForm&)
{
    return fmt::format("{{file: PATH}} or, in a lab, {}", Hex<crypto::kAesKeyBytes>::expected());
}

void refuse_kind(std::string_view key, TreeNode& node, std::string_view expected, Reading& reading)
{
    reading.refuse(node, fmt::format("{}{}{}; expected {}", key, key.empty() ? "" : ": ",
                                     describe(node.kind), expected));
}

void refuse_missing(const FieldDoc& field, TreeNode& mapping, Reading& reading)
{
    mapping.incomplete = true;
    // That it is misspelt has been said.
    if (std::ranges::find(mapping.keys, field.key, &Key::meant) == mapping.keys.end())
        reading.refuse(mapping, fmt::format("{}: required, but not here; expected {}", field.key,
                                            field.expected));
}

void refuse_outside_lab(const FieldDoc& field, TreeNode& value, Reading& reading)
{
    reading.refuse(value,
                   fmt::format("{}: for labs only; take it out, or write lab: true", field.key));
}

void read_value(const KeyForm& form, std::string_view key, TreeNode& node, KeySource& value,
                Reading& reading)
{
    if (node.kind == NodeKind::mapping) {
        // Whatever stands here may be the key itself: nothing of it is shown.
        for (Key& inner : node.keys) {
            if (inner.usable && inner.text != "file") {
                inner.usable = false;
                reading.refuse(inner.place, fmt::format("{}: unknown key (not shown: it may hold "
                                                        "a value); expected file",
                                                        key));
            }
        }
        return read_mapping(key, node, value.emplace<KeyFile>(), reading);
    }
    if (node.kind != NodeKind::scalar)
        return refuse_kind(key, node, expected_of(form), reading);
    if (!reading.lab())
        return reading.refuse(node, fmt::format("{}: a key in the text is for labs only; expected "
                                                "{{file: PATH}}",
                                                key));
    std::array<std::uint8_t, crypto::kAesKeyBytes> bytes{};
    const std::string_view wrong = Hex<crypto::kAesKeyBytes>::parse(node.text, bytes);
    if (wrong.empty())
        value = crypto::Secret<crypto::kAesKeyBytes>::copy_of(bytes);
    else
        reading.refuse(node, fmt::format("{}: {}; expected {}", key, wrong, expected_of(form)));
    crypto::wipe(bytes);
}

} // namespace aaigw::config
