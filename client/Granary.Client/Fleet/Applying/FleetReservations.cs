using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>
/// Makes a fleet's reservations. Each has an operation id made of what the file says, so that applying the file again changes nothing while they
/// have not ended: <c>from: +10m</c> counts from the first time.
/// </summary>
internal static class FleetReservations
{
    /// <summary>Nodes that the same file declares may need a moment until they are ready.</summary>
    private static readonly TimeSpan NodesJoin = TimeSpan.FromSeconds(10);

    public static async Task<(List<ReservationView> Made, List<string> Refused, List<string> Notes)> MakeAsync(GranaryClient client, FleetSpec fleet, CancellationToken ct)
    {
        var (made, refused, notes) = (new List<ReservationView>(), new List<string>(), new List<string>());
        var lines = new PartLines(fleet.Lines);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < fleet.Reservations.Count; i++)
        {
            var reservation = fleet.Reservations[i];
            var text = Text(reservation);
            var twin = seen[text] = seen.GetValueOrDefault(text) + 1;
            var reply = await ReserveAsync(client, reservation, Key(text, twin), ct);
            notes.AddRange(reply.Notes);
            if (reply.Reservation is { } view) made.Add(view);
            else refused.Add(fleet.Lines is { } file ? $"{file.File}:{lines.Reservation(i)}: {reply.Error}" : reply.Error);
        }
        return (made, refused, notes);
    }

    private static async Task<ReserveReply> ReserveAsync(GranaryClient client, FleetReservation reservation, string key, CancellationToken ct)
    {
        var until = DateTime.UtcNow + NodesJoin;
        while (true)
        {
            var reply = await client.ReserveAsync(Spec(reservation), reservation.Pool, key, ct);
            if (reply.Reservation is not null || DateTime.UtcNow > until) return reply;
            var pool = await client.PoolAsync(reservation.Pool, ct);
            if (pool.Nodes > 0 && pool.ReadyNodes == pool.Nodes) return reply;
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
        }
    }

    public static ReservationSpec Spec(FleetReservation reservation) => new()
    {
        Agent = reservation.Agent,
        Resources = reservation.Resources,
        From = reservation.At,
        In = reservation.At is null ? reservation.From : TimeSpan.Zero,
        For = reservation.For,
        Every = reservation.Every,
        Until = reservation.Until,
        Count = reservation.Count,
    };

    private static string Text(FleetReservation r) => string.Create(CultureInfo.InvariantCulture,
        $"{r.Pool}|{r.Agent}|{r.Resources}|{(r.At is { } at ? at.UtcTicks : 0)}|{r.From.Ticks}|{r.For.Ticks}|{r.Every?.Ticks ?? 0}|{r.Until?.UtcTicks ?? 0}|{r.Count}");

    private static string Key(string text, int twin) =>
        "fleet-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text}|{twin}"))))[..32];
}
