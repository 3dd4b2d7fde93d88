#include "config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <numeric>
#include <streambuf>
#include <string>
#include <vector>

namespace aaigw::config {

namespace {

/// Thrown through yaml-cpp, and caught by read_tree(), when reading on makes no sense.
struct Stop {};

/// The text where it is, as what yaml-cpp reads from.
class TextBuffer : public std::streambuf {
  public:
    explicit TextBuffer(std::string_view text)
    {
        char* begin = const_cast<char*>(text.data()); // only read from
        setg(begin, begin, begin + text.size());
    }
};

Place place_of(const YAML::Mark& mark) noexcept
{
    if (mark.line < 0 || mark.column < 0)
        return {};
    return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

/// Builds the tree from yaml-cpp's events. It does not use yaml-cpp's own tree, which follows aliases, takes the last
/// of two equal keys and forgets where a key stood.
class TreeBuilder : public YAML::EventHandler {
  public:
    TreeBuilder(std::string_view text, Reading& reading) : text_{text}, reading_{reading} {}

    [[nodiscard]] std::optional<TreeNode> take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override;

  private:
    /// A list or mapping whose end has not come yet.
    struct Open {
        TreeNode node;
        std::optional<Key> key; ///< of a mapping: its value comes next
    };

    void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void add(TreeNode node);
    [[nodiscard]] Key key_of(TreeNode node);
    void refuse_properties(Place place, bool tagged, YAML::anchor_t anchor);
    void refuse_equal_keys(TreeNode& mapping);

    std::string_view text_;
    Reading& reading_;
    std::vector<Open> open_;
    std::optional<TreeNode> root_;
    bool started_ = false;
};

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark)
{
    if (started_) {
        reading_.refuse(place_of(mark), "a second document; put everything into one");
        throw Stop{};
    }
    started_ = true;
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor)
{
    refuse_properties(place_of(mark), false, anchor);
    add(TreeNode{NodeKind::nothing, place_of(mark)});
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t)
{
    TreeNode node{NodeKind::nothing, place_of(mark)};
    reading_.refuse(node, "an alias (*); write the value itself");
    add(std::move(node));
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value)
{
    // A quoted scalar without a tag has the tag "!" too: the text tells them apart.
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    const bool written = at < text_.size() && text_[at] == '!';
    refuse_properties(place_of(mark), tag != "?" && (tag != "!" || written), anchor);
    TreeNode node{NodeKind::scalar, place_of(mark)};
    node.text = value;
    add(std::move(node));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value)
{
    open(NodeKind::list, mark, tag, anchor);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value)
{
    open(NodeKind::mapping, mark, tag, anchor);
}

void TreeBuilder::OnMapEnd()
{
    refuse_equal_keys(open_.back().node);
    close();
}

void TreeBuilder::open(NodeKind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor)
{
    const Place place = place_of(mark);
    refuse_properties(place, !tag.empty() && tag != "?", anchor);
    if (open_.size() == kMaxDepth) {
        reading_.refuse(place, fmt::format("more than {} lists and mappings inside each other; "
                                           "nothing of this configuration is that deep",
                                           kMaxDepth));
        throw Stop{};
    }
    open_.push_back({TreeNode{kind, place}, std::nullopt});
}

void TreeBuilder::close()
{
    TreeNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
}

void TreeBuilder::add(TreeNode node)
{
    if (open_.empty()) {
        root_.emplace(std::move(node));
        return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == NodeKind::mapping && !parent.key) {
        parent.key = key_of(std::move(node));
        if (!parent.key->usable)
            parent.node.flawed = parent.node.incomplete = true;
        return;
    }
    if (parent.node.kind == NodeKind::mapping) {
        if (node.kind == NodeKind::nothing && !node.flawed)
            node.place = parent.key->place; // a value that is not there stands nowhere
        parent.node.keys.push_back(std::move(*parent.key));
        parent.key.reset();
    }
    parent.node.items.push_back(std::move(node));
}

Key TreeBuilder::key_of(TreeNode node)
{
    if (node.kind != NodeKind::scalar && !node.flawed)
        reading_.refuse(node, fmt::format("{} as a key; keys are words", describe(node.kind)));
    return {std::move(node.text), node.place, !node.flawed};
}

void TreeBuilder::refuse_properties(Place place, bool tagged, YAML::anchor_t anchor)
{
    if (tagged)
        reading_.refuse(place, "a tag (!); take it out: each key knows what it takes");
    if (anchor != 0)
        reading_.refuse(place, "an anchor (&); take it out");
}

void TreeBuilder::refuse_equal_keys(TreeNode& mapping)
{
    std::vector<std::size_t> order(mapping.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto text = [&](std::size_t at) -> const std::string& { return mapping.keys[at].text; };
    std::ranges::stable_sort(order, {}, text);
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
        Key& key = mapping.keys[order[i]];
        if (text(order[first]) != key.text) {
            first = i;
        } else if (key.usable) {
            key.usable = false;
            mapping.flawed = mapping.incomplete = true;
            const std::string_view name = showable(key.text);
            reading_.refuse(key.place,
                            fmt::format("{}: the same key as in line {}; keep one of them",
                                        name.empty() ? "a key" : name,
                                        mapping.keys[order[first]].place.line));
        }
    }
}

/// yaml-cpp's sentence about what is no YAML, without the part behind a colon, which quotes the text.
std::string_view sentence_of(const YAML::Exception& exception)
{
    return std::string_view{exception.msg}.substr(0, exception.msg.find(':'));
}

} // namespace

std::optional<TreeNode> read_tree(std::string_view text, Reading& reading)
{
    TreeBuilder builder{text, reading};
    try {
        TextBuffer buffer{text};
        std::istream stream{&buffer};
        YAML::Parser parser{stream};
        // The second call is there to be refused by OnDocumentStart().
        if (parser.HandleNextDocument(builder))
            static_cast<void>(parser.HandleNextDocument(builder));
    } catch (const Stop&) {
        return builder.take_root(); // there is one when the second document was the reason
    } catch (const YAML::Exception& exception) {
        reading.refuse(place_of(exception.mark),
                       fmt::format("not YAML: {}; check indentation, colons, quotes and brackets "
                                   "up to here",
                                   sentence_of(exception)));
        return std::nullopt;
    }
    std::optional<TreeNode> root = builder.take_root();
    if (!root || (root->kind == NodeKind::nothing && root->readable()))
        root.emplace(NodeKind::mapping, Place{});
    return root;
}

} // namespace aaigw::config
