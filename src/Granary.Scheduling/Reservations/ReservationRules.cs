using Granary.Model;
using Granary.Scheduling.Admission;

namespace Granary.Scheduling.Reservations;

/// <summary>What a reservation must satisfy by itself, and what is left open in it made definite.</summary>
internal static class ReservationRules
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    /// <summary>The spec with its beginning and the number of its windows filled in.</summary>
    /// <exception cref="GranaryException">Invalid, naming the field and what would be right.</exception>
    public static ReservationSpec Resolve(ReservationSpec spec, long now, List<string> notes)
    {
        if (!Names.IsValid(spec.Agent)) throw GranaryException.Invalid($"reservation: '{spec.Agent}' is no agent id; use {Names.Rule}");
        ResourceRules.Check(spec.Resources, "reservation: resources");
        if (spec.Resources.IsZero) throw GranaryException.Invalid("reservation: it names no resources; say for example cpu 1");
        if (spec.For < TimeSpan.FromSeconds(1) || spec.For > Year)
            throw GranaryException.Invalid($"reservation: a window of {Model.Durations.Format(spec.For)} is not valid; use 1s to 365 days");
        if (spec.Count is < 0 or > ReservationSpec.MaxWindows)
            throw GranaryException.Invalid($"reservation: {spec.Count} windows are not valid; use 1 to {ReservationSpec.MaxWindows}, or 0 for as many as there are");
        if (spec.In < TimeSpan.Zero) throw GranaryException.Invalid("reservation: it begins before it is made; begin later");
        if (spec.In > 10 * Year) throw GranaryException.Invalid("reservation: it begins more than ten years from now; begin sooner");
        var from = spec.From?.ToUniversalTime() ?? Clock.ToTime(now) + spec.In;
        if (from > Clock.ToTime(now) + 10 * Year) throw GranaryException.Invalid("reservation: it begins more than ten years from now; begin sooner");
        spec = spec with { From = from, In = TimeSpan.Zero, Until = spec.Until?.ToUniversalTime(), Count = CountOf(spec, from, notes) };
        var lastEnd = from + (spec.Count - 1) * (spec.Every ?? TimeSpan.Zero) + spec.For;
        if (Clock.ToMicros(lastEnd) <= now)
            throw GranaryException.Invalid($"reservation: it is over already: its last window ended at {TimeText.Of(lastEnd)}; begin later");
        return spec;
    }

    private static int CountOf(ReservationSpec spec, DateTimeOffset from, List<string> notes)
    {
        if (spec.Every is not { } every)
        {
            if (spec.Count > 1) throw GranaryException.Invalid($"reservation: {spec.Count} windows need a distance; say every how long");
            if (spec.Until is not null) throw GranaryException.Invalid("reservation: an end of recurrence needs a distance; say every how long");
            return 1;
        }
        if (every < spec.For) throw GranaryException.Invalid($"reservation: every {Model.Durations.Format(every)} is less than its length of {Model.Durations.Format(spec.For)}; use at least its length");
        if (spec.Until is { } until && until <= from) throw GranaryException.Invalid("reservation: its recurrence ends before it begins; end it later");
        var end = spec.Until ?? from + Year;
        var begin = Math.Max(1, Math.Min(ReservationSpec.MaxWindows + 1L, ((end - from).Ticks + every.Ticks - 1) / every.Ticks));
        if (spec.Count > 0) return spec.Until is null ? spec.Count : (int)Math.Min(spec.Count, begin);
        if (begin > ReservationSpec.MaxWindows)
        {
            if (spec.Until is not null)
                throw GranaryException.Invalid($"reservation: over {ReservationSpec.MaxWindows} windows begin until then; end it earlier, or make it less often");
            begin = ReservationSpec.MaxWindows;
        }
        if (spec.Until is null) notes.Add($"it has no end: {begin} windows were reserved, make it again before they are over");
        return (int)begin;
    }
}

/// <summary>Times in messages: RFC 3339, UTC, whole seconds.</summary>
internal static class TimeText
{
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public static string Of(long micros) => Of(Clock.ToTime(micros));
}
