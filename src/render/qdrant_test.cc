#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "render/targets.h"
#include "render/testing/stacks.h"

namespace plimsoll::render {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(QdrantTarget, V10_AClusterOfThreeAndItsShardedCollection) {
  const Rendered made = qdrant(reference_stack("voiceassist"), {});
  expect_golden_files("voiceassist", made);
  const std::string config = file_of(made, "qdrant/qdrant.yaml");
  EXPECT_THAT(config, HasSubstr("enabled: true"));
  EXPECT_THAT(config, HasSubstr("port: 6335"));
  const std::string body = file_of(made, "qdrant/qdrant/documents.json");
  for (const char* text : {"\"size\": 384", "\"distance\": \"Cosine\"", "\"shard_number\": 3", "\"replication_factor\": 2"})
    EXPECT_THAT(body, HasSubstr(text));
  EXPECT_THAT(made.notes.at(1).text, HasSubstr("the others with --bootstrap http://qdrant-1:6335"));
  EXPECT_THAT(made.notes.at(2).text, HasSubstr("--data @qdrant/qdrant/documents.json http://qdrant:6333/collections/documents"));
}

/// Store `a` with collection `b-c` beside store `a-b` with collection `c`.
TEST(QdrantTarget, NamesWithDashesDontMeet) {
  Stack stack = reference_stack("voiceassist");
  VectorStore first = stack.vector_stores.at(0), second = first;
  first.name = "a", second.name = "a-b";
  first.collections.at(0).name = "b-c", second.collections.at(0).name = "c";
  stack.vector_stores = {first, second};
  const Rendered all = render_all(stack, {});
  EXPECT_THAT(file_of(all, "qdrant/a/b-c.json"), HasSubstr("\"size\""));
  EXPECT_THAT(file_of(all, "qdrant/a-b/c.json"), HasSubstr("\"size\""));
}

/// Arguments are seen by whoever lists processes.
TEST(QdrantTarget, TheKeyIsNoArgument) {
  for (const Note& note : qdrant(reference_stack("voiceassist"), {}).notes)
    EXPECT_THAT(note.text, Not(HasSubstr("-H \"api-key")));
}

TEST(QdrantTarget, OneNodeIsNoCluster) {
  Stack stack = reference_stack("voiceassist");
  stack.vector_stores[0].nodes = 1;
  const std::string config = file_of(qdrant(stack, {}), "qdrant/qdrant.yaml");
  EXPECT_THAT(config, HasSubstr("enabled: false"));
  EXPECT_THAT(config, Not(HasSubstr("p2p")));
}

TEST(QdrantTarget, WithoutAStoreThereIsANote) {
  EXPECT_EQ(qdrant(reference_stack("quickstart"), {}).notes,
            (std::vector<Note>{{"vector_stores", "the stack has no vector store"}}));
}

}  // namespace
}  // namespace plimsoll::render
