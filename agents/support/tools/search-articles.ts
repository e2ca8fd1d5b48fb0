import { defineTool } from "../../../shared/domain/tool.ts";
import { type Article, articles } from "../articles.ts";
import { inputOf, lineOf } from "../inputs.ts";

const mostResults = 3;

export const searchArticles = defineTool({
  name: "search_articles",
  description: "Searches the shop's help articles for words and returns the best matches, at most three.",
  readOnly: true,
  risk: "low",
  idempotent: true,
  input: inputOf({ query: lineOf("words to search for", 200) }),
  effect: (input) => `Search the articles for ${JSON.stringify(input.query)}.`,
  run: async (input) => ({
    articles: findArticles(input.query).map(({ id, title, text }) => ({ id, title, text })),
  }),
});

/** Articles that hold a word of the query, those with the most of them first. */
function findArticles(query: string): readonly Article[] {
  const wanted = wordsOf(query);
  return articles
    .map((article) => {
      const held = wordsOf(`${article.title} ${article.text}`);
      return { article, hits: [...wanted].filter((word) => held.has(word)).length };
    })
    .filter(({ hits }) => hits > 0)
    .toSorted((one, other) => other.hits - one.hits)
    .slice(0, mostResults)
    .map(({ article }) => article);
}

/** Words of three letters and more, without a plural's s. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  return new Set(words.map((word) => word.replace(/s$/, "")));
}
