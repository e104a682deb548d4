using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Reservations;

/// <summary>Capacity to set aside for an agent in a time window, once or again and again.</summary>
internal record ReservationRequest
{
    /// <summary>Where; <c>default</c> when not given.</summary>
    public string? Pool { get; init; }

    /// <summary>For whom.</summary>
    public string? Agent { get; init; }

    /// <summary>What is set aside in all; over several nodes when no single one has it.</summary>
    public ResourceSet? Resources { get; init; }

    /// <summary>When the first window begins: a time, <c>+10m</c> for ten minutes from now, or <c>now</c> (when not given).</summary>
    public string? From { get; init; }

    /// <summary>How long a window is.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>From one window's beginning to the next: <c>24h</c>, or <c>hour</c>, <c>day</c>, <c>week</c>; a single window when not given.</summary>
    public string? Every { get; init; }

    /// <summary>No window begins from then on: a time, or <c>+30m</c>; a year when not given.</summary>
    public string? Until { get; init; }

    /// <summary>How many windows; as many as begin before <c>until</c> when not given.</summary>
    public int? Count { get; init; }

    /// <exception cref="GranaryException">Invalid, naming the field.</exception>
    public ReservationSpec Spec(DateTimeOffset now)
    {
        if (Agent is not { Length: > 0 } agent) throw GranaryException.Invalid("agent: is missing; say for whom, like \"agent\": \"safety\"");
        PathNames.Require(agent, "agent");
        if (Resources is null || Resources.IsZero) throw GranaryException.Invalid("resources: is missing; say how much, like \"resources\": {\"cpu\": 2}");
        if (For is not { } length) throw GranaryException.Invalid("for: is missing; say how long, like \"for\": \"5m\"");
        var (later, at) = Moment(From ?? "now", "from");
        return new ReservationSpec
        {
            Agent = agent,
            Resources = Resources,
            From = at,
            In = later,
            For = length,
            Every = Every is null ? null : Moments.TryParseEvery(Every, out var every, out var error) ? every : throw GranaryException.Invalid($"every: {error}; or write hour, day or week"),
            Until = Until is null ? null : Moment(Until, "until") is var (span, end) ? end ?? now + span : null,
            Count = Count ?? 0,
        };
    }

    private static (TimeSpan Later, DateTimeOffset? At) Moment(string text, string field) => Moments.TryParse(text, out var later, out var at)
        ? (later, at)
        : throw GranaryException.Invalid($"{field}: '{Text.Clip(text)}' is no time; write +10m for ten minutes from now, or a time like 2030-01-31T08:00:00Z");
}
