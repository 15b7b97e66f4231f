// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "overlay/font.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace hbm::overlay {
namespace {

TEST(Font, EveryPrintableCharacterHasAShapeOfItsOwn) {
  Font font;
  font.set_cap_height(24);
  std::set<std::vector<std::uint8_t>> shapes{font.glyph(0xFFFD).coverage};
  for (char32_t character = U'!'; character <= U'~'; ++character) {
    const Glyph& glyph = font.glyph(character);
    EXPECT_EQ(glyph.coverage.size(), static_cast<std::size_t>(glyph.width * glyph.height));
    // An apostrophe is the upper part of a bar: shapes are compared with their position.
    std::vector<std::uint8_t> shape = glyph.coverage;
    shape.insert(shape.end(), {static_cast<std::uint8_t>(glyph.top), static_cast<std::uint8_t>(glyph.width)});
    EXPECT_TRUE(shapes.insert(shape).second) << static_cast<char>(character);
    EXPECT_EQ(*std::max_element(glyph.coverage.begin(), glyph.coverage.end()), 255) << static_cast<char>(character);
    EXPECT_GT(glyph.advance, 0);
  }
}

TEST(Font, CapitalLettersAreAsHighAsAsked) {
  for (const std::int32_t height : {8, 11, 16, 40}) {
    Font font;
    font.set_cap_height(height);
    EXPECT_EQ(font.glyph(U'H').top, 0);
    EXPECT_EQ(font.glyph(U'H').height, height);
    EXPECT_LE(font.glyph(U'g').top + font.glyph(U'g').height, height + font.descent());
  }
}

TEST(Font, ATextIsAsWideAsItsCharacters) {
  Font font;
  font.set_cap_height(16);
  EXPECT_EQ(font.width_of(U""), 0);
  EXPECT_EQ(font.width_of(U"a b"), font.glyph(U'a').advance + font.glyph(U' ').advance + font.glyph(U'b').advance);
}

TEST(Font, CharactersThatItDoesNotHaveAreBoxes) {
  Font font;
  font.set_cap_height(16);
  EXPECT_EQ(font.glyph(U'\u4EBA').coverage, font.glyph(0xFFFD).coverage);
}

TEST(Characters, OfUtf8AreReadAndWhatIsNoneIsReplaced) {
  EXPECT_EQ(characters_of("a\u00E9\u4EBA\U0001F600"), U"a\u00E9\u4EBA\U0001F600");
  EXPECT_EQ(characters_of("\xFF\xE4\xBA"), U"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(characters_of("\xC3z"), U"\uFFFDz");
}

}  // namespace
}  // namespace hbm::overlay
