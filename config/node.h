// TreeNode: a text as a tree of values that know where they stand, and Reading, which collects what is wrong with them.
#pragma once

#include "config/problem.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aaigw::config {

enum class NodeKind : std::uint8_t { nothing, scalar, list, mapping };

/// A key of a mapping. Only usable ones are looked at: the others have been complained about.
struct Key {
    std::string text;
    Place place;
    bool usable = true;
    std::string meant{}; ///< of an unknown key: the one that was probably meant
};

/// Scalars are kept as they were written, without a type: what a value means is its reader's to say.
///
/// Texts are wiped at the end, since any may be a key. (What yaml-cpp copies on the way is not, which is one reason why
/// keys in the text are for labs. Texts short enough to stay inside a moved string are too short for a key.)
struct TreeNode {
    NodeKind kind = NodeKind::nothing;
    bool flawed = false; ///< there is a problem here or further inside
    bool incomplete =
        false; ///< of a mapping: something that should be here is missing or cannot be read
    Place place;
    std::string text;            ///< of a scalar
    std::vector<Key> keys;       ///< of a mapping, one for each of the items
    std::vector<TreeNode> items; ///< of a list or mapping

    TreeNode() = default;
    TreeNode(NodeKind what, Place where) : kind{what}, place{where} {}
    TreeNode(TreeNode&&) noexcept = default;
    TreeNode& operator=(TreeNode&&) = delete;
    TreeNode(const TreeNode&) = delete;
    TreeNode& operator=(const TreeNode&) = delete;
    ~TreeNode();

    /// Whether there is anything to read: of an alias there is not, and that has been said.
    [[nodiscard]] bool readable() const noexcept { return kind != NodeKind::nothing || !flawed; }
    /// The value of `key` in a mapping; null when it is not there.
    [[nodiscard]] TreeNode* find(std::string_view key) noexcept;
};

/// What a node is, for messages: "a list".
[[nodiscard]] std::string_view describe(NodeKind kind) noexcept;

/// The name of a key as it may be shown: empty when it could be a secret that took the place of a name.
[[nodiscard]] std::string_view showable(std::string_view key) noexcept;

/// One pass over one text. Problems beyond kMaxProblems are counted only.
class Reading {
  public:
    static constexpr std::size_t kMaxProblems = 1000;

    explicit Reading(std::string_view file) : file_{file} {}

    void refuse(Place place, std::string message);
    /// The same, and marks the node as flawed.
    void refuse(TreeNode& node, std::string message);

    /// Whether a key that is for labs only may be there.
    [[nodiscard]] bool lab() const noexcept { return lab_; }
    void set_lab(bool lab) noexcept { lab_ = lab; }

    [[nodiscard]] bool full() const noexcept { return problems_.size() >= kMaxProblems; }
    [[nodiscard]] bool clean() const noexcept { return problems_.empty(); }

    /// Everything refused so far, in the order of the text.
    [[nodiscard]] std::vector<Problem> take_problems();

  private:
    std::string file_;
    bool lab_ = false;
    std::size_t left_out_ = 0;
    std::vector<Problem> problems_;
};

/// Refuses each key of a mapping that is none of `known`.
void refuse_unknown_keys(TreeNode& mapping, std::span<const std::string> known, Reading& reading);

} // namespace aaigw::config
