using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Json;

namespace Granary.Cli.Output;

/// <summary>Work for people in every format.</summary>
internal static class InboxListing
{
    private const int InstructionsWidth = 60;

    public static Listing<InboxItem> At(DateTimeOffset now) => new(
        [
            new("ID", i => i.Task.Id.ToString()),
            new("NAME", i => TaskListing.Name(i.Task)),
            new("AGENT", i => i.Task.Spec.Agent),
            new("FOR", For),
            new("CLAIMED", i => i.ClaimedBy),
            new("FIELDS", i => string.Join(' ', (i.Task.Spec.Terms?.Action?.Manual?.Form ?? new Dictionary<string, string>()).Select(f => $"{f.Key}={f.Value}")), Wide: true),
            new("NODE", i => i.Task.Node, Wide: true),
            new("DEADLINE", i => TaskListing.DeadlineOf(i.Task, now)),
            new("WAITS", i => TaskListing.TookOf(i.Task, now)),
            new("INSTRUCTIONS", i => Line(i.Task.Spec.Terms?.Action?.Manual?.Instructions ?? "")),
        ],
        i => JsonSerializer.SerializeToNode(InboxItemJson.From(i), GranaryJson.Default.InboxItemJson),
        i => i.Task.Id.ToString(),
        "nothing waits for anybody");

    private static string For(InboxItem item)
    {
        var work = item.Task.Spec.Terms?.Action?.Manual;
        return work is { Assignee.Length: > 0 } ? work.Assignee : work is { Role.Length: > 0 } ? $"any {work.Role}" : "anybody";
    }

    private static string Line(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length > InstructionsWidth ? line[..(InstructionsWidth - 3)] + "..." : line;
    }
}
