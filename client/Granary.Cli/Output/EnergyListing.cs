using System.Globalization;
using Granary.Abstractions;
using Granary.Abstractions.Json;

namespace Granary.Cli.Output;

/// <summary>Energy and energy plans for people.</summary>
internal static class EnergyListing
{
    public static Listing<NodeEnergy> Nodes { get; } = new(
        [
            new("NODE", n => n.Node),
            new("NOW", n => Watts(n.Watts)),
            new("ENERGY", n => Energy(n.Joules)),
            new("IDLE", n => Energy(n.IdleJoules)),
            new("TASKS", n => Energy(n.TaskJoules)),
            new("CPU-S/J", n => PerJoule(n.CpuSeconds, n.Joules)),
            new("QUALITY", n => TelemetryUnits.Word(n.Quality)),
        ],
        _ => null, n => n.Node, "no node has sent what it draws");

    public static Listing<AgentEnergy> Agents { get; } = new(
        [
            new("AGENT", a => a.Agent),
            new("ENERGY", a => Energy(a.Joules)),
            new("CPU", a => string.Create(CultureInfo.InvariantCulture, $"{a.CpuSeconds:0.#}s")),
            new("CPU-S/J", a => PerJoule(a.CpuSeconds, a.Joules)),
        ],
        _ => null, a => a.Agent, "no agent's tasks ran");

    public static Listing<EnergyStep> Steps { get; } = new(
        [
            new("ACTION", s => s.Action),
            new("NODE", s => s.Node),
            new("SAVES", s => Watts(s.SavesWatts)),
            new("MOVES", s => s.MovesTasks == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{s.MovesTasks} tasks")),
            new("STATE", s => s.State.Length > 0 ? s.State : "planned"),
            new("WHY", s => s.Why),
        ],
        _ => null, s => s.Node, "nothing can be saved");

    public static string Summary(EnergyPlanView plan)
    {
        var saves = plan.NowWatts > 0 ? plan.SavesWatts / plan.NowWatts : 0;
        var basis = plan.Measured ? "measured" : "estimated by a model";
        var note = plan.Note.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"; the target of {100 * plan.Target:0.#}% is not reached: {plan.Note}") : "";
        var force = plan.AppliedAt is null ? plan.Steps.Count > 0 ? "; nothing was changed: --apply carries it out" : ""
            : plan.Until is { } until ? string.Create(CultureInfo.InvariantCulture, $"; in force until {until.UtcDateTime:HH:mm:ss'Z'}") : "; in force until 'granary energy --restore'";
        return string.Create(CultureInfo.InvariantCulture, $"expected to save {plan.SavesWatts:0.#} of {plan.NowWatts:0.#} W, {100 * saves:0.#}% ({basis}){note}{force}");
    }

    public static string Watts(double watts) => double.IsFinite(watts) ? string.Create(CultureInfo.InvariantCulture, $"{watts:0.#}W") : "-";

    public static string Energy(double joules) => joules switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{joules:0}J"),
        < 3.6e6 => string.Create(CultureInfo.InvariantCulture, $"{joules / 3600:0.##}Wh"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{joules / 3.6e6:0.##}kWh"),
    };

    private static string PerJoule(double cpuSeconds, double joules) => joules > 0 ? string.Create(CultureInfo.InvariantCulture, $"{cpuSeconds / joules:0.####}") : "-";
}
