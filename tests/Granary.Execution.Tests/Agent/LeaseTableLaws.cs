using FsCheck;
using FsCheck.Fluent;
using Granary.Model;

namespace Granary.Execution.Tests.Agent;

/// <summary>What holds whatever the server sends and whatever order things happen in.</summary>
public sealed class LeaseTableLaws
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_lease_starts_at_most_once_no_task_runs_twice_at_once_and_no_end_is_lost() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ListOf(120).ToArbitrary(), choices =>
        {
            var table = new LeaseTable();
            var orders = new AgentOrders();
            var started = new HashSet<LeaseKey>();
            var running = new Dictionary<TaskId, Lease>();
            var ended = new HashSet<LeaseKey>();
            var fenced = new HashSet<LeaseKey>();
            var reported = new HashSet<LeaseKey>();
            foreach (var choice in choices)
            {
                var lease = new Lease(new("p", choice / 7 % 3 + 1), "n", 1, choice / 21 % 6 + 1);
                switch (choice % 7)
                {
                    case 0 or 1:
                        if (running.TryGetValue(lease.Task, out var older) && older.Token < lease.Token) fenced.Add(LeaseKey.Of(older));
                        table.Offer(new(lease, new TaskSpec { Agent = "a" }, 0, 1), orders);
                        break;
                    case 2:
                        table.Stop(new(lease, ExitCause.Cancelled), Now, orders);
                        break;
                    case 3:
                        fenced.Add(LeaseKey.Of(lease));
                        table.Joined(new([], [lease], default), _ => true, Now, orders);
                        break;
                    case 4 or 5 when running.Remove(lease.Task, out var ending):
                        ended.Add(LeaseKey.Of(ending));
                        table.Told(new(ending, ReportKind.Ended, Now, new()), orders);
                        break;
                    case 6:
                        var batch = new List<TaskReport>();
                        table.PeekReports(2, batch);
                        foreach (var report in batch.Where(r => r.Kind == ReportKind.Ended)) reported.Add(LeaseKey.Of(report.Lease));
                        table.Accepted(batch.Count, orders);
                        break;
                }
                foreach (var start in orders.Start)
                    if (!started.Add(LeaseKey.Of(start.Lease)) || !running.TryAdd(start.Lease.Task, start.Lease)) return false;
                orders.Clear();
            }
            var left = new List<TaskReport>();
            table.PeekReports(int.MaxValue, left);
            foreach (var report in left.Where(r => r.Kind == ReportKind.Ended)) reported.Add(LeaseKey.Of(report.Lease));
            return ended.All(key => reported.Contains(key) || fenced.Contains(key));
        }).QuickCheckThrowOnFailure();
}
