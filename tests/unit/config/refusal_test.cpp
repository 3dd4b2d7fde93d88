// What load() refuses of single values and keys, wherever they stand, and that it never shows a key.
#include "config/node.h"
#include "config/yaml_tree.h"
#include "tests/unit/config/config_testing.h"

#include <functional>
#include <set>

namespace aaigw::config {
namespace {

using namespace std::string_literals;

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::size_t offset_of(std::string_view text, Place place)
{
    std::size_t line_start = 0;
    for (std::uint32_t line = 1; line < place.line; ++line)
        line_start = text.find('\n', line_start) + 1;
    return line_start + place.column - 1;
}

std::string text_of(Place place)
{
    return std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
}

/// Calls `visit` for each scalar of the tree, with its key.
void each_scalar(const TreeNode& node, const std::string& key,
                 const std::function<void(const TreeNode&, const std::string&)>& visit)
{
    if (node.kind == NodeKind::scalar)
        visit(node, key);
    for (std::size_t i = 0; i < node.items.size(); ++i)
        each_scalar(node.items[i], node.keys.empty() ? key : node.keys[i].text, visit);
}

void each_key(const TreeNode& node, const std::function<void(const Key&)>& visit)
{
    for (const Key& key : node.keys)
        visit(key);
    for (const TreeNode& item : node.items)
        each_key(item, visit);
}

TreeNode tree_of(std::string_view text)
{
    Reading reading{"gw.yaml"};
    auto root = read_tree(text, reading);
    EXPECT_TRUE(root && reading.clean());
    return std::move(*root);
}

class EachText : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Refusal, EachText, testing::Values(kGateway, kLab),
                         [](const auto& of) { return of.index == 0 ? "gateway"s : "lab"s; });

/// The text with each of its scalars in turn replaced, and what is then refused at that place.
void replace_each_scalar(std::string_view text, std::string_view by,
                         const std::function<void(const std::string&, const Lines&)>& check)
{
    std::size_t scalars = 0;
    each_scalar(tree_of(text), {}, [&](const TreeNode& scalar, const std::string& key) {
        std::string spoilt{text};
        const std::size_t at = offset_of(text, scalar.place);
        const bool quoted = spoilt[at] == '"';
        spoilt.replace(at, scalar.text.size() + (quoted ? 2 : 0), by);
        Lines here;
        for (const std::string& line : problems_of(spoilt)) {
            if (line.starts_with(text_of(scalar.place)))
                here.push_back(line.substr(text_of(scalar.place).size()));
        }
        check(key, here);
        ++scalars;
    });
    EXPECT_GT(scalars, 30U);
}

TEST_P(EachText, NoScalarMayBeAList)
{
    replace_each_scalar(GetParam(), "[]", [](const std::string& key, const Lines& problems) {
        EXPECT_THAT(problems, Contains(testing::StartsWith(key + ": a list; expected "))) << key;
    });
}

TEST_P(EachText, NoScalarTakesJustAnyText)
{
    replace_each_scalar(GetParam(), "\"?!\"", [](const std::string& key, const Lines& problems) {
        EXPECT_THAT(problems, Contains(AllOf(testing::StartsWith(key + ": "),
                                             HasSubstr("; expected "), Not(HasSubstr("?!")))))
            << key;
    });
}

TEST_P(EachText, EachKeyIsKnownByItsNameOnly)
{
    std::size_t keys = 0;
    each_key(tree_of(GetParam()), [&](const Key& key) {
        std::string spoilt{GetParam()};
        spoilt.insert(offset_of(spoilt, key.place), "x");
        const std::string expected =
            key.text == "file" // what stands there may be the key itself
                ? "unknown key (not shown: it may hold a value); expected file"
                : "x" + key.text + ": unknown key";
        EXPECT_THAT(problems_of(spoilt),
                    Contains(AllOf(testing::StartsWith(text_of(key.place)), HasSubstr(expected))));
        ++keys;
    });
    EXPECT_GT(keys, 30U);
}

TEST_P(EachText, EachKeyComesOnce)
{
    each_key(tree_of(GetParam()), [&](const Key& key) {
        std::string spoilt{GetParam()};
        // In front of itself; what is refused is then the second one, wherever that has moved to.
        const std::size_t at = offset_of(spoilt, key.place);
        const std::size_t line_start = spoilt.rfind('\n', at) + 1;
        const bool block =
            spoilt.substr(line_start, at - line_start).find('{') == std::string::npos;
        spoilt.insert(at,
                      key.text + (block ? ": 1\n" + std::string(at - line_start, ' ') : ": 1, "));
        EXPECT_THAT(problems_of(spoilt),
                    Contains(HasSubstr(key.text + ": the same key as in line " +
                                       std::to_string(key.place.line) + "; keep one of them")));
    });
}

const Refusal kRefusals[] = {
    {"TextInPlaceOfANumber",
     {{"mtu: 9000", "mtu: ^big"}},
     {"mtu: not a whole number; expected a number from 576 to 9000"}},
    {"NumberOutOfRange",
     {{"mtu: 9000", "mtu: ^9001"}},
     {"mtu: out of range; expected a number from 576 to 9000"}},
    {"NumberWithALeadingZero",
     {{"mtu: 9000", "mtu: ^09000"}},
     {"mtu: a number with a leading zero; expected a number from 576 to 9000"}},
    {"ListInPlaceOfAValue",
     {{"mtu: 9000", "mtu: ^[9000]"}},
     {"mtu: a list; expected a number from 576 to 9000"}},
    {"NoValue", {{"mtu: 9000", "^mtu:"}}, {"mtu: no value; expected a number from 576 to 9000"}},
    {"ValueInPlaceOfAMapping",
     {{"{level: warn}", "^warn"}},
     {"log: a single value; expected a mapping"}},
    {"ListInPlaceOfAMapping",
     {{"{level: warn}", "^[level: warn]"}},
     {"log: a list; expected a mapping"}},
    {"MappingInPlaceOfAList",
     {{"[1, 2]", "^{1: 2}"}},
     {"cores: a mapping; expected a list of 1 to 64, each a number from 0 to 1023"}},
    {"ListTooShort", {{"[1, 2]", "^[]"}}, {"cores: 0 entries; expected 1 to 64"}},
    {"NothingInAList",
     {{"[1, 2]", "[1, ^~]"}},
     {"cores: no value; expected a number from 0 to 1023"}},
    {"NestedTooDeep",
     {{"[1, 2]", "[1, ^[2]]"}},
     {"cores: a list; expected a number from 0 to 1023"}},
    {"MissingKey",
     {{"- name: net\n    device", "- ^device"}},
     {"name: required, but not here; expected a name of 1 to 15 characters a-z, 0-9, _ and -"}},
    {"MergeKey", {{"{level: warn}", "{^<<: {level: warn}}"}}, {"<<: unknown key; expected level"}},
    {"KeyThatIsNoWord",
     {{"{level: warn}", "{^[level]: warn}"}},
     {"a list as a key; keys are words"}},
    {"Anchor", {{"mtu: 9000", "mtu: ^&m 9000"}}, {"an anchor (&); take it out"}},
    {"Tag",
     {{"mtu: 9000", "mtu: ^!!int 9000"}},
     {"a tag (!); take it out: each key knows what it takes"}},
    {"KeylogOutsideALab",
     {{"log: {level: warn}", "log: {level: warn}\nkeylog: ^/run/keys"}},
     {"keylog: for labs only; take it out, or write lab: true"}},
    {"PresetOutsideALab",
     {{"log: {level: warn}", "log: {level: warn}\npreset: ^{}"}},
     {"preset: for labs only; take it out, or write lab: true"}},
    {"StaticOutsideALab",
     {{"log: {level: warn}", "log: {level: warn}\nstatic: ^{}"}},
     {"static: for labs only; take it out, or write lab: true"}},
};

class RefusedOfAGateway : public testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Load, RefusedOfAGateway, testing::ValuesIn(kRefusals), name_of);

TEST_P(RefusedOfAGateway, WithItsPlace)
{
    expect_refused(edited(kGateway, GetParam().edits), GetParam().messages);
}

TEST(Load, StopsAtTheLastEntryOfAList)
{
    std::string cores = "[0";
    for (int core = 1; core < 65; ++core)
        cores += ", " + std::to_string(core);
    expect_refused(edited(kGateway, {{"[1, 2]", "^" + cores + "]"}}),
                   {"cores: 65 entries; expected 1 to 64"});
    expect_refused(edited(kGateway, {{"[1, 2]", cores.substr(0, cores.rfind(',')) + "]"}}), {});
}

TEST(Load, TakesKeysInTheTextInALabOnly)
{
    const std::string closed = edited(kLab, {{"lab: true", "lab: false"}});
    const Lines problems = problems_of(closed);
    EXPECT_THAT(problems, Contains(HasSubstr("cmac_key_u: a key in the text is for labs only; "
                                             "expected {file: PATH}")));
    EXPECT_THAT(problems, Contains(HasSubstr("static: for labs only")));
    // An unreadable `lab` is one mistake, not one for each thing that is for labs.
    expect_refused(edited(kLab, {{"lab: true", "lab: ^yes"}}),
                   {"lab: not a word it takes; expected true or false"});
}

TEST(Load, TakesKeysInEitherForm)
{
    constexpr std::string_view kKey = "key: 00010203040506070809000102030405";
    expect_refused(edited(kLab, {{kKey, "key: \"000102030405060708090A0B0C0D0E0F\""}}), {});
    expect_refused(edited(kLab, {{kKey, "key: {file: '/a b'}"}}), {});
    expect_refused(edited(kLab, {{kKey, "key: {file: ^a}"}}),
                   {"file: not an absolute path; expected an absolute path of at most 4095 bytes"});
    expect_refused(
        edited(kLab, {{kKey, "key: ^{}"}}),
        {"file: required, but not here; expected an absolute path of at most 4095 bytes"});
    expect_refused(
        edited(kLab, {{kKey, "key: ^0001020304050607080900010203040"}}),
        {"key: not that many hex digits; expected {file: PATH} or, in a lab, 32 hex digits"});
    expect_refused(edited(kLab, {{kKey, "key: ^[]"}}),
                   {"key: a list; expected {file: PATH} or, in a lab, 32 hex digits"});
}

TEST(Load, NeverShowsAKey)
{
    constexpr std::string_view kSecret = "abcdef0123456789abcdef012345678"; // a digit short
    constexpr std::string_view kWord = "correcthorse";
    for (const std::string_view secret : {kSecret, kWord}) {
        const std::string s{secret};
        for (const std::string& text :
             {"key: " + s, "key: \"" + s + "\"", "key: [" + s + "]", "key: {" + s + ": x}",
              "key: {file: " + s + "}", "key: {file: /x, " + s + ": " + s + "}",
              "key: {[" + s + "]: x}", "key: !" + s + " x", "key: &" + s + " x", "key: *" + s,
              "key: \"\\" + s + "\"", "key: '" + s, "key: @" + s, "key: %" + s, "key: |" + s}) {
            const Lines problems =
                problems_of(edited(kLab, {{"key: 00010203040506070809000102030405", text}}));
            EXPECT_FALSE(problems.empty()) << text;
            EXPECT_THAT(problems, Each(Not(HasSubstr(secret)))) << text;
        }
    }
}

TEST(Load, DoesNotShowAKeyThatTookThePlaceOfAName)
{
    for (const std::string_view name : {"00112233445566778899aabbccddeeff", "0123456789",
                                        "a-name-that-is-longer-than-any-key", "a b", "\xc3\xa9"})
        expect_refused(edited(kGateway, {{"{level: warn}", "{^" + std::string{name} + ": x}"}}),
                       {"unknown key (not shown: it may hold a value); expected level"});
    expect_refused(edited(kGateway, {{"{level: warn}", "{^leve: warn}"}}),
                   {"leve: unknown key; did you mean level?"});
}

TEST(Load, TellsAThousandProblemsAtMost)
{
    std::string text = "lab: true\nstatic:\n  stations:\n";
    for (int i = 0; i < 2000; ++i)
        text += "    - {name: A}\n";
    const Lines problems = problems_of(text);
    ASSERT_EQ(problems.size(), Reading::kMaxProblems + 1);
    EXPECT_THAT(problems.back(), HasSubstr(" more problems are not shown"));
    EXPECT_THAT(problems.front(), HasSubstr("1:1: ports: required"));
}

TEST(Load, ReadsOnBehindASecondDocument)
{
    expect_refused(edited(kGateway, {{"mtu: 9000", "mtu: ^1"}}) + "^---\nb: 1\n",
                   {"mtu: out of range; expected a number from 576 to 9000",
                    "a second document; put everything into one"});
}

} // namespace
} // namespace aaigw::config
