// From YAML to a tree: which part of YAML is taken, where things stand, and what is refused.
#include "config/yaml_tree.h"
#include "tests/unit/config/config_testing.h"

#include <array>
#include <new>

namespace aaigw::config {
namespace {

/// The tree in one line: scalars as they are, lists in [], mappings in {}, `~` for nothing.
std::string shape(const TreeNode& node)
{
    std::string text;
    switch (node.kind) {
    case NodeKind::nothing:
        return "~";
    case NodeKind::scalar:
        return node.text;
    case NodeKind::list:
        for (const TreeNode& item : node.items)
            text += (text.empty() ? "" : ",") + shape(item);
        return "[" + text + "]";
    case NodeKind::mapping:
        for (std::size_t i = 0; i < node.items.size(); ++i)
            text += (text.empty() ? "" : ",") + node.keys[i].text + ":" + shape(node.items[i]);
        return "{" + text + "}";
    }
    return text;
}

struct Tree {
    std::string shape; ///< empty when there is no tree
    Lines problems;
};

Tree tree_of(std::string_view text)
{
    Reading reading{"f"};
    Tree tree;
    if (const auto root = read_tree(text, reading))
        tree.shape = shape(*root);
    for (const Problem& problem : reading.take_problems())
        tree.problems.push_back(to_text(problem));
    return tree;
}

std::string shape_of(std::string_view text)
{
    const Tree tree = tree_of(text);
    EXPECT_EQ(tree.problems, Lines{});
    return tree.shape;
}

TEST(YamlTree, KeepsScalarsAsTheyAreWritten)
{
    EXPECT_EQ(shape_of("a: 007\nb: 0x1F\nc: 1e3\nd: 'true'\ne: \"x\\ty\"\nf: 12:34:56\ng: yes"),
              "{a:007,b:0x1F,c:1e3,d:true,e:x\ty,f:12:34:56,g:yes}");
    EXPECT_EQ(shape_of("a: 00010203040506070809000102030405"),
              "{a:00010203040506070809000102030405}");
    EXPECT_EQ(shape_of("a: |\n  x\n  y\nb: >\n  x\n  y\n"), "{a:x\ny\n,b:x y\n}");
}

TEST(YamlTree, TakesBothStylesOfListsAndMappings)
{
    EXPECT_EQ(shape_of("a: [1, {b: 2}]\nc:\n  - 3\n  - d: 4\n    e: [5]\n"),
              "{a:[1,{b:2}],c:[3,{d:4,e:[5]}]}");
    EXPECT_EQ(shape_of("a: []\nb: {}\n"), "{a:[],b:{}}");
    EXPECT_EQ(shape_of("---\na: 1 # comment\n...\n"), "{a:1}");
    EXPECT_EQ(shape_of("a: 1\r\nb:\r\n  - 2\r\n"), "{a:1,b:[2]}");
    EXPECT_EQ(shape_of("? a\n: 1\n"), "{a:1}");
    EXPECT_EQ(shape_of("7"), "7");
}

TEST(YamlTree, KnowsWhereNothingIs)
{
    EXPECT_EQ(shape_of("a:\nb: ~\nc: null\nd: ''\ne: [~]\n"), "{a:~,b:~,c:~,d:,e:[~]}");
}

TEST(YamlTree, OfAnEmptyTextIsAnEmptyMapping)
{
    EXPECT_EQ(shape_of(""), "{}");
    EXPECT_EQ(shape_of("# only a comment\n"), "{}");
    EXPECT_EQ(shape_of("---\n"), "{}");
}

TEST(YamlTree, KnowsThePlaces)
{
    Reading reading{"f"};
    auto root = read_tree("a: 1\nlonger: \"x\"\nlist:\n  - {k: v}\n  - \xc3\xa9: y\nempty:\nz: 1\n",
                          reading);
    ASSERT_TRUE(root);
    const auto place = [](const TreeNode& node) {
        return std::pair{node.place.line, node.place.column};
    };
    using Pair = std::pair<std::uint32_t, std::uint32_t>;
    EXPECT_EQ(place(*root->find("a")), (Pair{1, 4}));
    EXPECT_EQ(place(*root->find("longer")), (Pair{2, 9}));
    TreeNode& list = *root->find("list");
    EXPECT_EQ(place(list), (Pair{4, 3}));
    EXPECT_EQ(place(list.items[0]), (Pair{4, 5}));
    EXPECT_EQ(place(*list.items[0].find("k")), (Pair{4, 9}));
    EXPECT_EQ(list.items[1].keys[0].place, (Place{5, 5}));
    EXPECT_EQ(place(list.items[1].items[0]), (Pair{5, 9})) << "columns count bytes";
    EXPECT_EQ(place(*root->find("empty")), (Pair{6, 1})) << "the key's own";
}

TEST(YamlTree, RefusesAnchorsAliasesAndTags)
{
    const Tree tree = tree_of("a: &x 1\nb: *x\nc: !!str 2\nd: ! 3\ne: !t [4]\nf: &y {g: 5}\nh: !\n"
                              "&z i: !<v> 6\nj: '!'\n");
    EXPECT_EQ(tree.shape, "{a:1,b:~,c:2,d:3,e:[4],f:{g:5},h:,i:6,j:!}") << "it reads on";
    EXPECT_EQ(
        tree.problems,
        (Lines{"f:1:4: an anchor (&); take it out", "f:2:4: an alias (*); write the value itself",
               "f:3:4: a tag (!); take it out: each key knows what it takes",
               "f:4:4: a tag (!); take it out: each key knows what it takes",
               "f:5:4: a tag (!); take it out: each key knows what it takes",
               "f:6:4: an anchor (&); take it out",
               "f:7:4: a tag (!); take it out: each key knows what it takes",
               "f:8:1: an anchor (&); take it out",
               "f:8:7: a tag (!); take it out: each key knows what it takes"}));
}

TEST(YamlTree, DoesNotFollowAliases)
{
    // Each line would double what the one before it stands for.
    std::string text = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 40; ++i)
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" +
                std::to_string(i - 1) + ", *a" + std::to_string(i - 1) + "]\n";
    EXPECT_EQ(tree_of(text).problems.size(), 40U + 2 * 39U);
}

TEST(YamlTree, RefusesAKeyThatComesAgain)
{
    const Tree tree = tree_of("a: 1\nb: {c: 2, d: 3, c: 4}\n'a': 5\nb2: 6\na: 7\n");
    EXPECT_EQ(tree.problems, (Lines{"f:2:17: c: the same key as in line 2; keep one of them",
                                    "f:3:1: a: the same key as in line 1; keep one of them",
                                    "f:5:1: a: the same key as in line 1; keep one of them"}));
}

TEST(YamlTree, FindsTheFirstOfEqualKeys)
{
    Reading reading{"f"};
    auto root = read_tree("a: 1\na: 2\n", reading);
    ASSERT_TRUE(root);
    ASSERT_NE(root->find("a"), nullptr);
    EXPECT_EQ(root->find("a")->text, "1");
}

TEST(YamlTree, RefusesKeysThatAreNoWords)
{
    EXPECT_EQ(tree_of("[a, b]: 1\n{c: d}: 2\n~: 3\n").problems,
              (Lines{"f:1:1: a list as a key; keys are words",
                     "f:2:1: a mapping as a key; keys are words",
                     "f:3:1: no value as a key; keys are words"}));
}

TEST(YamlTree, RefusesASecondDocument)
{
    const Tree tree = tree_of("a: 1\n---\nb: 2\n");
    EXPECT_EQ(tree.shape, "{a:1}");
    EXPECT_EQ(tree.problems, Lines{"f:2:1: a second document; put everything into one"});
    EXPECT_EQ(tree_of("a: 1\n...\nb: 2\n").problems.size(), 1U);
}

TEST(YamlTree, RefusesWhatIsNoYaml)
{
    for (const std::string_view text :
         {"a: [1, 2", "a: b: c", "a: 'x", "a: \"\\q\"", "a:\n\t- b", "a: 1\n b: 2", "]", "a: @",
          "%YAML x\n---\na: 1", "*unknown", "a: |x", "{a: 1}}"}) {
        const Tree tree = tree_of(text);
        EXPECT_EQ(tree.shape, "") << text;
        ASSERT_EQ(tree.problems.size(), 1U) << text;
        EXPECT_THAT(tree.problems.front(),
                    testing::AllOf(testing::HasSubstr(": not YAML: "),
                                   testing::EndsWith("; check indentation, colons, quotes and "
                                                     "brackets up to here")));
    }
    EXPECT_EQ(tree_of("a: 1\nb: [1\nc: 2\n").problems,
              Lines{"f:3:2: not YAML: end of sequence flow not found; check indentation, colons, "
                    "quotes and brackets up to here"});
}

TEST(YamlTree, DoesNotShowWhatIsNoYaml)
{
    EXPECT_THAT(tree_of("a: \"\\s\"").problems.front(),
                testing::HasSubstr("escape character; check"))
        << "yaml-cpp would show the character";
}

std::string nested(std::size_t depth, std::string_view open, std::string_view close)
{
    std::string text;
    for (std::size_t i = 0; i < depth; ++i)
        text += open;
    text += "x";
    for (std::size_t i = 0; i < depth; ++i)
        text += close;
    return text;
}

TEST(YamlTree, HasALimitOfDepth)
{
    EXPECT_EQ(tree_of(nested(kMaxDepth, "[", "]")).problems, Lines{});
    EXPECT_EQ(tree_of(nested(kMaxDepth + 1, "[", "]")).problems,
              Lines{"f:1:17: more than 16 lists and mappings inside each other; nothing of this "
                    "configuration is that deep"});
    EXPECT_EQ(tree_of(nested(kMaxDepth, "{a: ", "}")).problems, Lines{});
    EXPECT_EQ(tree_of(nested(kMaxDepth + 1, "{a: ", "}")).problems.size(), 1U);
    EXPECT_EQ(tree_of(nested(1'000'000, "[", "")).problems.size(), 1U);
    EXPECT_EQ(tree_of(nested(1'000'000, "- ", "")).problems.size(), 1U);
    EXPECT_EQ(tree_of(nested(1'000'000, "? ", "")).problems.size(), 1U);
}

TEST(TreeNode, WipesItsTextsAtItsEnd)
{
    constexpr std::string_view kText = "0123456789abcde"; // short enough to be inside the object
    alignas(TreeNode) std::array<char, sizeof(TreeNode)> place{};
    const auto holds_text = [&] {
        return std::search(place.begin(), place.end(), kText.begin(), kText.end()) != place.end();
    };
    auto* node = new (place.data()) TreeNode{NodeKind::scalar, {}};
    node->text = kText;
    EXPECT_TRUE(holds_text());
    node->~TreeNode();
    EXPECT_FALSE(holds_text());
}

} // namespace
} // namespace aaigw::config
