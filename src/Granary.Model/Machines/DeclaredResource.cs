using System.Globalization;

namespace Granary.Model;

/// <summary>
/// Something countable that no machine can measure: people, licences, boards. In settings as <c>NAME=AMOUNT [CALENDAR]</c>, several separated by
/// semicolons: <c>reviewer=2 Mon-Fri 09:00-17:00 Europe/Berlin; licence=10</c>. While its calendar says no, there is none of it.
/// </summary>
/// <param name="Amount">Thousandths.</param>
/// <param name="Calendar">Null for always.</param>
public sealed record DeclaredResource(string Name, long Amount, WeeklyCalendar? Calendar)
{
    private const int Most = 16;
    private const int MostChanges = 64;
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(14);

    /// <exception cref="GranaryException">Invalid: what is wrong and how it is written.</exception>
    public static IReadOnlyList<DeclaredResource> Parse(string text, Func<string, TimeZoneInfo>? zones = null)
    {
        var found = new List<DeclaredResource>();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? part[..equals].Trim() : "";
            var rest = part[(equals + 1)..].Trim().Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (!Names.IsValid(name) || ResourceNames.IsBuiltIn(name) || rest.Length == 0)
                throw GranaryException.Invalid($"declared: '{(part.Length > 60 ? part[..60] : part)}' is not NAME=AMOUNT [CALENDAR], such as 'reviewer=2 Mon-Fri 09:00-17:00 Europe/Berlin'; cpu and the like are capacity");
            if (!Quantity.TryParse(name, rest[0], out var amount, out var error)) throw GranaryException.Invalid($"declared: {error}");
            if (found.Any(f => f.Name == name)) throw GranaryException.Invalid($"declared: '{name}' comes twice");
            found.Add(new(name, amount, rest.Length > 1 ? WeeklyCalendar.Parse(rest[1], zones) : null));
        }
        return found.Count <= Most ? found : throw GranaryException.Invalid($"declared: more than {Most} resources on one node");
    }

    public long AmountAt(DateTimeOffset time) => Calendar is null || Calendar.AvailableAt(time) ? Amount : 0;

    /// <summary>A capacity with what is declared there at <paramref name="time"/>.</summary>
    public static ResourceSet AddTo(ResourceSet capacity, IReadOnlyList<DeclaredResource> declared, DateTimeOffset time)
    {
        if (declared.Count == 0) return capacity;
        var custom = new Dictionary<string, long>(capacity.Custom ?? new Dictionary<string, long>(), StringComparer.Ordinal);
        foreach (var one in declared) custom[one.Name] = one.AmountAt(time);
        return capacity with { Custom = custom };
    }

    /// <summary>The most that a node has of everything at any time: with all that is declared for it, whoever is away now.</summary>
    public static ResourceSet AtMost(NodeSpec node)
    {
        if (node.Traits is not { } traits || (traits.Declared is null && traits.Scheduled is null)) return node.Capacity;
        var custom = new Dictionary<string, long>(node.Capacity.Custom ?? new Dictionary<string, long>(), StringComparer.Ordinal);
        foreach (var one in traits.Scheduled ?? []) custom[one.Name] = Math.Max(one.Amount, custom.GetValueOrDefault(one.Name));
        // a zone that is known where the file was written may be unknown here: the amounts count all the same
        foreach (var one in traits.Declared is { } text ? Parse(text, _ => TimeZoneInfo.Utc) : []) custom[one.Name] = Math.Max(one.Amount, custom.GetValueOrDefault(one.Name));
        return node.Capacity with { Custom = custom };
    }

    /// <summary>Those with a calendar, for the node's pool: what is there now, and when that changes within the next two weeks.</summary>
    public static IReadOnlyList<ScheduledAmount>? Schedule(IReadOnlyList<DeclaredResource> declared, DateTimeOffset time)
    {
        var scheduled = new List<ScheduledAmount>();
        foreach (var one in declared)
        {
            if (one.Calendar is null) continue;
            var changes = new List<DateTimeOffset>();
            var until = time + Ahead;
            for (var next = one.Calendar.NextChange(time); next is { } at && at <= until && changes.Count < MostChanges; next = one.Calendar.NextChange(at)) changes.Add(at.ToUniversalTime());
            scheduled.Add(new(one.Name, one.Amount, one.Calendar.ToString(), one.Calendar.AvailableAt(time), changes));
        }
        return scheduled.Count == 0 ? null : scheduled;
    }

    /// <summary>When the amount of any of them changes next; null for never.</summary>
    public static DateTimeOffset? NextChange(IReadOnlyList<DeclaredResource> declared, DateTimeOffset time) => declared.Min(d => d.Calendar?.NextChange(time));

    public DeclaredInventory Describe() => new(Name, Amount / 1000.0, Calendar?.ToString() ?? "always");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}={Amount / 1000.0}{(Calendar is null ? "" : $" {Calendar}")}");
}

/// <summary>A declared resource as it is shown.</summary>
public sealed record DeclaredInventory(string Name, double Amount, string Calendar);
