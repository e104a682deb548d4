using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Granary.Model;
using Granary.Rest.Http;
using Granary.Rest.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Overview;

/// <summary>A small page at <c>/</c> that says what is there: no script, nothing to click that changes anything.</summary>
internal static class OverviewPage
{
    private const int MostRows = 100;

    private const string Style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #777; }
        body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
        h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        p { margin: .25rem 0; color: var(--soft); }
        div { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th { font-weight: 600; } .n { text-align: right; }
        """;

    private static readonly string Policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
        + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style))) + "'";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", Show).Reads().Produces<string>(200, "text/html")
        .Describe("Overview", "What is there, for people", "A page without script.");

    private static async Task<ContentHttpResult> Show(HttpContext context, Snapshots snapshots)
    {
        var snapshot = await snapshots.Recent(context.RequestAborted);
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return TypedResults.Text(Render(snapshot), "text/html; charset=utf-8");
    }

    /// <summary>Everything that a person named is encoded: names, groups, reasons.</summary>
    internal static string Render(ClusterSnapshot snapshot)
    {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Granary</title><style>")
            .Append(Style).Append("</style></head><body>\n<h1>Granary</h1>\n");
        html.Append("<p>").Append(Text($"At {snapshot.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. Load the page again for newer figures.")).Append("</p>\n");
        if (snapshot.Unanswered.Count > 0) html.Append("<p>").Append(Text($"No answer from: {string.Join(", ", snapshot.Unanswered.Take(10))}.")).Append("</p>\n");
        html.Append("<p><a href=\"api/tasks?limit=100\">tasks</a> · <a href=\"api/pools\">pools</a> · <a href=\"api/agents\">agents</a> · <a href=\"api/nodes\">nodes</a> · <a href=\"metrics\">metrics</a> · <a href=\"openapi/v1.json\">OpenAPI</a></p>\n");

        Table(html, "Pools", snapshot.Pools, ["POOL", "STRATEGY", "USED", "CAPACITY", "WAITING FOR"], ["NODES", "QUEUED", "PLACED", "RUNNING", "SUCCEEDED", "FAILED"], pool =>
            ([pool.Spec.Name, pool.Spec.Strategy.ToString(), pool.Used.ToString(), pool.Capacity.ToString(), Waiting(pool)],
            [pool.ReadyNodes, pool.Queued, pool.Placed, pool.Running, pool.Succeeded, pool.Failed]));
        Table(html, "Nodes", snapshot.Nodes, ["NODE", "POOL", "STATE", "USED", "CAPACITY"], ["TASKS"], node =>
            ([node.Spec.Name, node.Spec.Pool, node.State.ToString(), node.Used.ToString(), node.Spec.Capacity.ToString()], [node.Tasks]));
        Table(html, "Agents", [.. snapshot.Shares.OrderByDescending(s => s.DominantShare)], ["AGENT", "POOL", "CLASS", "HOLDS", "SHARE", "OWED"], ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED"], share =>
            ([share.Agent, share.Pool, share.Spec.Class.ToString(), share.Used.ToString(), $"{share.DominantShare:P0}", $"{share.FairShare:P0}"],
            [share.Queued, share.Running, share.Succeeded, share.Failed]));
        return html.Append("</body></html>\n").ToString();
    }

    private static void Table<T>(StringBuilder html, string title, IReadOnlyList<T> rows, string[] texts, string[] numbers, Func<T, (string[] Texts, long[] Numbers)> cells)
    {
        html.Append("<h2>").Append(title).Append("</h2>\n");
        if (rows.Count == 0)
        {
            html.Append("<p>none</p>\n");
            return;
        }
        html.Append("<div><table><thead><tr>");
        foreach (var text in texts) html.Append("<th>").Append(text).Append("</th>");
        foreach (var number in numbers) html.Append("<th class=\"n\">").Append(number).Append("</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var row in rows.Take(MostRows))
        {
            var (words, figures) = cells(row);
            html.Append("<tr>");
            foreach (var word in words) html.Append("<td>").Append(Text(word)).Append("</td>");
            foreach (var figure in figures) html.Append("<td class=\"n\">").Append(figure).Append("</td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n");
        if (rows.Count > MostRows) html.Append("<p>").Append(Text($"and {rows.Count - MostRows} more")).Append("</p>\n");
    }

    private static string Waiting(PoolView pool) =>
        string.Join(", ", pool.Waiting.Where(w => w.Value > 0).OrderByDescending(w => w.Value).Select(w => $"{w.Key} {w.Value}"));

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
