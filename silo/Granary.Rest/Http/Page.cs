using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Granary.Rest.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">Rows of the page.</param>
/// <param name="Cursor">Pass as <c>cursor</c> for the next page; null when this is the last.</param>
/// <param name="Next">The next page's path and query; null when this is the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Cursor, string? Next);

internal static class Pages
{
    public const int DefaultLimit = 1000;

    /// <summary>A page with its <c>next</c> link, which is also sent as a Link header (RFC 8288).</summary>
    public static Page<T> Make<T>(HttpContext context, IReadOnlyList<T> items, string? cursor)
    {
        if (cursor is null) return new(items, null, null);
        var query = new QueryBuilder(context.Request.Query.Where(q => q.Key != "cursor").SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? "")))
        {
            { "cursor", cursor },
        };
        var next = context.Request.PathBase + context.Request.Path + query.ToQueryString();
        context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        return new(items, cursor, next);
    }

    /// <summary>The rows after the cursor of a list that is sorted by an ordinal name, and the cursor of the page after them.</summary>
    public static (IReadOnlyList<T> Rows, string? Cursor) Cut<T>(IReadOnlyList<T> sorted, Func<T, string> name, QueryReader query)
    {
        var limit = (int)query.Number("limit", DefaultLimit, 1, TaskLimit);
        var after = query.Text("cursor");
        var rest = after.Length == 0 ? sorted : [.. sorted.Where(row => string.CompareOrdinal(name(row), after) > 0)];
        return rest.Count <= limit ? (rest, null) : ([.. rest.Take(limit)], name(rest[limit - 1]));
    }

    private const long TaskLimit = Abstractions.TaskQuery.MaxLimit;
}
