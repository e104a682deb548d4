using System.Globalization;
using System.Text.Json;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Cli.Output;

/// <summary>Reservations in every format.</summary>
internal static class ReservationListing
{
    public static Listing<ReservationView> At(DateTimeOffset now) => new(
        [
            new("ID", r => r.Id),
            new("AGENT", r => r.Spec.Agent),
            new("STATE", r => Words.Snake(r.State), Tone: r => r.State == ReservationState.Active ? Tone.Good : r.State == ReservationState.Ended ? Tone.Dim : Tone.Plain),
            new("RESOURCES", r => r.Spec.Resources.ToString()),
            new("USED", r => r.Used.ToString()),
            new("FROM", r => r.Start.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new("FOR", r => Durations.Format(r.Spec.For)),
            new("BEGINS", r => r.Start <= now ? "" : $"in {Spans.Age(r.Start - now)}"),
            new("EVERY", r => r.Spec.Every is { } every ? Durations.Format(every) : "", Wide: true),
            new("WINDOWS", r => string.Create(CultureInfo.InvariantCulture, $"{r.WindowsOver}/{r.Windows}"), Wide: true),
            new("NODES", r => string.Join(' ', r.Pieces.Select(p => $"{p.Node}:{p.Resources}")), Wide: true),
            new("MISSING", r => r.Missing.IsZero ? "" : r.Missing.ToString(), Tone: r => r.Missing.IsZero ? Tone.Plain : Tone.Bad),
            new("NOTE", r => r.Note, Wide: true),
            new("AGE", r => Spans.Age(r.Made, now)),
        ],
        r => JsonSerializer.SerializeToNode(ReservationJson.From(r), GranaryJson.Default.ReservationJson),
        r => r.Id,
        "no reservations");
}
