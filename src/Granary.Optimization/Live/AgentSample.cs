namespace Granary.Optimization.Live;

/// <summary>What a pool says of an agent at one moment. Capacity is in cores.</summary>
/// <param name="Weight">What it is owed beside others, over 0.</param>
/// <param name="Guarantee">Capacity that it always gets.</param>
/// <param name="Limit">Capacity that it never exceeds; null: all of it.</param>
/// <param name="Used">Capacity that its tasks use now: as measured where that is known, else what they hold.</param>
/// <param name="Queued">Tasks that wait.</param>
/// <param name="Running">Tasks that run.</param>
/// <param name="Ended">Tasks that have ended since it is known; only grows.</param>
/// <param name="Received">Capacity-seconds that it has had since it is known; only grows.</param>
public readonly record struct AgentSample(string Id, double Weight, double Guarantee, double? Limit, double Used, int Queued, int Running, long Ended, double Received);
