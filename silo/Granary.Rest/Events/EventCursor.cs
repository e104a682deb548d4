using System.Globalization;
using Granary.Model;

namespace Granary.Rest.Events;

/// <summary>How far a watcher has come in every pool, and in the anomalies of nodes, written <c>@anomalies:3,default:42,gpu:7</c>: the id of an event, to go on from after a break.</summary>
internal sealed class EventCursor
{
    /// <summary>Stands for the anomalies of all nodes; no pool can be named so.</summary>
    public const string Anomalies = "@anomalies";

    private const int MaxTextLength = 16 * 1024;

    private readonly SortedDictionary<string, long> _pools = new(StringComparer.Ordinal);

    /// <summary>The cursor in a pool; 0, which means from now on, where there is none.</summary>
    public long this[string pool]
    {
        get => _pools.GetValueOrDefault(pool);
        set => _pools[pool] = value;
    }

    /// <exception cref="GranaryException">Invalid when the text is no cursor.</exception>
    public static EventCursor Parse(string text)
    {
        var cursor = new EventCursor();
        if (text.Length > MaxTextLength) throw Wrong();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0 || !(Names.IsValid(part[..colon]) || part[..colon] == Anomalies)
                || !long.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at)) throw Wrong();
            cursor[part[..colon]] = at;
        }
        return cursor;
    }

    public override string ToString() => string.Join(',', _pools.Where(p => p.Value > 0 || p.Key != Anomalies).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}:{p.Value}")));

    private static GranaryException Wrong() =>
        GranaryException.Invalid("Last-Event-ID is not an id that this server sent; leave it out to begin from now, and read the tasks again");
}
