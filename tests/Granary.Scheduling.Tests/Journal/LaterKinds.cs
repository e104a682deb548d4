using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Tests.Journal;

/// <summary>One event of each kind that came after version 1 of the journal.</summary>
internal static class LaterKinds
{
    private const long At = 1_700_000_000_000_000;

    public static IReadOnlyList<PoolEvent> Events { get; } =
    [
        new(EventKind.GroupSet, At, Detail: new GroupSpec { Path = "research/energy", Weight = 2, Guarantee = new ResourceSet { CpuMilli = 500 } }),
        new(EventKind.WeightsAdapted, At, Detail: new AdaptedWeights([new AdaptedWeight(3, 1.25), new AdaptedWeight(0, 0.5)])),
        new(EventKind.RoomClaimed, At, 7, Value: (long)PreemptionKind.Fairness, Node: 2, Detail: new long[] { 3, 5 }),
        new(EventKind.RoomReleased, At, 7),
        new(EventKind.ReservationSet, At, 3, Detail: new ReservationRecord
        {
            Number = 3,
            Key = "op",
            Spec = new ReservationSpec
            {
                Agent = "safety",
                Resources = new ResourceSet { CpuMilli = 2000, Custom = new Dictionary<string, long> { ["licence"] = 1000 } },
                From = DateTimeOffset.UnixEpoch.AddDays(20_000),
                For = TimeSpan.FromHours(1),
                Every = TimeSpan.FromDays(1),
                Count = 5,
            },
            Made = At,
            Pieces = new List<ReservationPiece> { new("n1", new ResourceSet { CpuMilli = 2000 }) },
            Missing = new ResourceSet { Custom = new Dictionary<string, long> { ["licence"] = 1000 } },
            Note = "licence=1 of it cannot be kept",
        }),
        new(EventKind.ReservationEnded, At, 3, Detail: "given up"),
        new(EventKind.LoanGranted, At + 1, 3, Node: 2, Detail: Loan),
        new(EventKind.LoanEnded, At + 2, 3),
        new(EventKind.LoanTaken, At + 3, 3, Node: 7, Detail: Loan),
        new(EventKind.LoanReturned, At + 4, 3, Node: -1, Detail: "a"),
        new(EventKind.CohortUse, At + 5, Detail: new AgentUse("literature", new ResourceSet { CpuMilli = 250, GpuMilli = 1 })),
        new(EventKind.Migrating, At, 7, 12, Node: 3),
        new(EventKind.MovesPlanned, At, Detail: new long[] { 7, 3, 8, 2 }),
        new(EventKind.MoveDropped, At, 8),
        new(EventKind.MeasuredUse, At + 6, 3500, 2048, Node: 1),
        new(EventKind.Promised, At, 7, Value: 900, Node: 14, Count: 2),
        new(EventKind.PromiseMissed, At, 7),
        new(EventKind.Routed, At, 17, Value: 2, Count: 1000, Detail: "operation"),
        new(EventKind.NodeAssigned, At + 1, Value: 3, Detail: new NodeSpec { Name = "n1", Pool = "a", Capacity = new ResourceSet { CpuMilli = 500 } }),
        new(EventKind.Yielded, At + 2, Token: 5, Value: 1, Detail: new long[] { 17, 3, 40, 1 }),
        new(EventKind.TasksTaken, At + 3, Token: 5, Value: 2, Detail: new byte[] { 2, 0, 255 }),
        new(EventKind.YieldEnded, At + 4, Token: 5),
        new(EventKind.Rerouted, At + 5, 2, 5, 1, Detail: new long[] { 17, 3, 40, 1 }),
        new(EventKind.NodeReleased, At + 6, Value: 3, Node: 1),
    ];

    private static Loan Loan => new("a", 3, "b", "lab", new NodeSpec { Name = "n1", Pool = "a", Capacity = new ResourceSet { CpuMilli = 500 } });
}
