// Tables for people.
#include "control/ctl/table.h"

#include <gtest/gtest.h>

namespace aaigw::ctl {
namespace {

TEST(Table, AlignsColumnsByTheirWidestCell)
{
    Table table{{{"name"}, {"number", Align::right}, {"last"}}};
    EXPECT_TRUE(table.empty());
    table.add({"a", "1", "x"});
    table.add({"longer name", "1,000,000", ""});
    EXPECT_FALSE(table.empty());
    EXPECT_EQ(table.text(), "name            number  last\n"
                            "a                    1  x\n"
                            "longer name  1,000,000\n");
}

TEST(Table, ShowsNoControlCharacters)
{
    Table table{{{"name"}}};
    table.add({"a\x1b\n\x7f\xc3\xa9"});
    EXPECT_EQ(table.text(), "name\na???\xc3\xa9\n");
}

TEST(Table, NumbersAreGrouped)
{
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(123456), "123,456");
    EXPECT_EQ(grouped(18446744073709551615U), "18,446,744,073,709,551,615");
}

} // namespace
} // namespace aaigw::ctl
