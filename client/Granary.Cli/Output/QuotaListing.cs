using System.Globalization;
using System.Text.Json;
using Granary.Abstractions.Json;

namespace Granary.Cli.Output;

/// <summary>Quotas in every format: groups end in a slash, what is in them follows.</summary>
internal static class QuotaListing
{
    public static Listing<QuotaJson> All { get; } = new(
        [
            new("NAME", q => q.Kind == "group" ? q.Name + "/" : q.Name),
            new("GROUP", q => q.Group ?? "", Wide: true),
            new("POOL", q => q.Pool),
            new("STANDING", q => string.Join(",", q.Standing), Tone: ToneOf),
            new("USED", q => q.Used.ToString()),
            new("SHARE", q => Percent(q.Share)),
            new("OWED", q => Percent(q.Owed)),
            new("BORROWED", q => q.Borrowed == 0 ? "" : Percent(q.Borrowed), Wide: true),
            new("GUARANTEE", q => q.Guarantee.IsZero ? "" : q.Guarantee.ToString()),
            new("LIMIT", q => q.Limit.IsZero ? "" : q.Limit.ToString()),
            new("WEIGHT", q => Number(q.Weight)),
            new("EFFECTIVE", q => Number(q.EffectiveWeight), Wide: true),
            new("QUEUED", q => q.Queued.ToString(CultureInfo.InvariantCulture)),
            new("RUNNING", q => q.Running.ToString(CultureInfo.InvariantCulture)),
        ],
        q => JsonSerializer.SerializeToNode(q, GranaryJson.Default.QuotaJson),
        q => q.Name,
        "nothing is owed to anybody: no agents; a fleet file declares them, or 'granary agent set ID --weight N'");

    private static Tone ToneOf(QuotaJson quota) => quota.Standing.Any(s => s is "over_limit" or "unmet_guarantee" or "starved") ? Tone.Bad
        : quota.Standing.Count > 0 ? Tone.Warn : Tone.Plain;

    private static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    private static string Number(double weight) => weight.ToString("0.###", CultureInfo.InvariantCulture);
}
