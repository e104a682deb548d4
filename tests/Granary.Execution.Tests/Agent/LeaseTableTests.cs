using Granary.Model;

namespace Granary.Execution.Tests.Agent;

/// <summary>
/// The agent's decisions, one script a case. A lease is written TASK.TOKEN. Commands: <c>offer</c>, <c>stop</c>, <c>started</c>,
/// <c>ended</c>, <c>accept</c> N, <c>expect</c> and <c>stale</c> (a join's answer), <c>held</c> and <c>over</c> (what an executor held at the
/// start: alive, ended). Outcome: orders and reports in the order in which they came.
/// </summary>
public sealed class LeaseTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("a lease is started and reported", "offer 1.1 started 1.1 ended 1.1 accept 2", "start 1.1; Started 1.1; Ended 1.1; forget 1.1")]
    [InlineData("twice offered, once started", "offer 1.1 offer 1.1", "start 1.1")]
    [InlineData("not again after its end", "offer 1.1 ended 1.1 accept 1 offer 1.1", "start 1.1; Ended 1.1; forget 1.1")]
    [InlineData("an older token is refused", "offer 1.5 offer 1.4", "start 1.5")]
    [InlineData("other tasks are not concerned", "offer 1.5 offer 2.4", "start 1.5; start 2.4")]
    [InlineData("a newer lease waits for the older", "offer 1.1 offer 1.2", "start 1.1; stop 1.1 Preempted")]
    [InlineData("and starts after its end, of which nobody hears", "offer 1.1 offer 1.2 ended 1.1", "start 1.1; stop 1.1 Preempted; forget 1.1; start 1.2")]
    [InlineData("one that waits is overtaken by a third", "offer 1.1 offer 1.2 offer 1.3 ended 1.1", "start 1.1; stop 1.1 Preempted; forget 1.1; start 1.3")]
    [InlineData("one that waits can be stopped", "offer 1.1 offer 1.2 stop 1.2 ended 1.1", "start 1.1; stop 1.1 Preempted; Ended 1.2; forget 1.1")]
    [InlineData("a running lease is stopped", "offer 1.1 stop 1.1", "start 1.1; stop 1.1 Cancelled")]
    [InlineData("a stop after the end changes nothing", "offer 1.1 ended 1.1 stop 1.1", "start 1.1; Ended 1.1")]
    [InlineData("a stop before its start forbids it", "stop 1.1 offer 1.1", "NotHere 1.1")]
    [InlineData("a report of nobody's lease is dropped", "started 1.1 ended 1.1", "")]
    [InlineData("an end told twice is reported once", "offer 1.1 ended 1.1 ended 1.1", "start 1.1; Ended 1.1")]
    [InlineData("an end that was not accepted is not forgotten", "offer 1.1 started 1.1 ended 1.1 accept 1", "start 1.1; Started 1.1; Ended 1.1")]
    [InlineData("expected and never seen: started", "expect 1.1", "start 1.1")]
    [InlineData("expected and held: left alone", "offer 1.1 expect 1.1", "start 1.1")]
    [InlineData("expected and gone: not here", "offer 1.1 ended 1.1 accept 1 expect 1.1", "start 1.1; Ended 1.1; forget 1.1; NotHere 1.1")]
    [InlineData("expected under an older token: not here", "offer 1.2 expect 1.1", "start 1.2; NotHere 1.1")]
    [InlineData("expected but in another agent's memory", "lost 1.1", "NotHere 1.1")]
    [InlineData("stale and running: stopped, its end unreported", "offer 1.1 stale 1.1 started 1.1 ended 1.1", "start 1.1; stop 1.1 Preempted; forget 1.1")]
    [InlineData("stale and ended: forgotten", "offer 1.1 ended 1.1 stale 1.1 accept 1", "start 1.1; Ended 1.1; forget 1.1")]
    [InlineData("stale and waiting: never started", "offer 1.1 offer 1.2 stale 1.2 ended 1.1", "start 1.1; stop 1.1 Preempted; forget 1.1")]
    [InlineData("stale and unknown: refused later", "stale 1.1 offer 1.1", "")]
    [InlineData("stale twice: stopped once", "offer 1.1 stale 1.1 stale 1.1", "start 1.1; stop 1.1 Preempted")]
    [InlineData("adopted alive: reported again, then its end", "held 1.1 offer 1.1 ended 1.1", "Started 1.1; Ended 1.1")]
    [InlineData("adopted after its end: both are reported", "over 1.1 accept 2", "Started 1.1; Ended 1.1; forget 1.1")]
    [InlineData("adopted and stopped", "held 1.1 stop 1.1", "Started 1.1; stop 1.1 Cancelled")]
    [InlineData("adopted, and a newer lease comes", "held 1.1 offer 1.2 ended 1.1", "Started 1.1; stop 1.1 Preempted; forget 1.1; start 1.2")]
    public void Case(string name, string script, string outcome)
    {
        Assert.NotEmpty(name);
        Assert.Equal(outcome, string.Join("; ", Run(new LeaseTable(), script)));
    }

    [Theory]
    [InlineData("offer 1.1 offer 2.2", "1.1 2.2")]
    [InlineData("offer 1.1 ended 1.1", "1.1")]
    [InlineData("offer 1.1 ended 1.1 accept 1", "")]
    [InlineData("offer 1.1 stale 1.1", "")]
    [InlineData("offer 1.1 offer 1.2", "1.2")]
    public void A_join_names_what_lives_and_what_was_not_accepted(string script, string leases)
    {
        var table = new LeaseTable();
        Run(table, script);

        Assert.Equal(leases, string.Join(' ', table.Leases().Select(Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Stop_all_stops_what_runs_and_ends_what_waits()
    {
        var table = new LeaseTable();
        Run(table, "offer 1.1 offer 1.2 offer 2.3 offer 3.4 ended 3.4");
        var orders = new AgentOrders();

        table.StopAll(ExitCause.Cancelled, Now, orders);

        Assert.Equal(["1.1", "2.3"], orders.Stop.Select(s => Name(s.Lease)).Order(StringComparer.Ordinal));
        Assert.Equal(2, table.LiveCount);
        Assert.Equal(2, table.ReportCount);
    }

    private static List<string> Run(LeaseTable table, string script)
    {
        var outcome = new List<string>();
        var reports = new List<TaskReport>();
        var (orders, told) = (new AgentOrders(), 0);
        var words = script.Split(' ');
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            var (command, argument) = (words[i], words[i + 1]);
            var lease = command == "accept" ? null : Parse(argument);
            var assignment = lease is null ? null : new Assignment(lease, new TaskSpec { Agent = "a" }, 0, 1);
            switch (command)
            {
                case "offer": table.Offer(assignment!, orders); break;
                case "stop": table.Stop(new(lease!, ExitCause.Cancelled), Now, orders); break;
                case "started": table.Told(new(lease!, ReportKind.Started, Now, null), orders); break;
                case "ended": table.Told(new(lease!, ReportKind.Ended, Now, new()), orders); break;
                case "expect": table.Joined(new([assignment!], [], default), _ => true, Now, orders); break;
                case "lost": table.Joined(new([assignment!], [], default), _ => false, Now, orders); break;
                case "stale": table.Joined(new([], [lease!], default), _ => true, Now, orders); break;
                case "held": table.Adopt(new([new(lease!, Now, null)], [])); break;
                case "over": table.Adopt(new([new(lease!, Now, new(lease!, ReportKind.Ended, Now, new()))], [])); break;
                case "accept":
                    table.Accepted(int.Parse(argument), orders);
                    told -= int.Parse(argument);
                    break;
                default: throw new ArgumentException(command);
            }
            outcome.AddRange(orders.Stop.Select(s => $"stop {Name(s.Lease)} {s.Cause}"));
            outcome.AddRange(orders.Forget.Select(l => $"forget {Name(l)}"));
            outcome.AddRange(orders.Start.Select(a => $"start {Name(a.Lease)}"));
            orders.Clear();
            table.PeekReports(int.MaxValue, reports);
            outcome.AddRange(reports.Skip(told).Select(r => $"{r.Kind} {Name(r.Lease)}"));
            told = reports.Count;
        }
        return outcome;
    }

    private static Lease Parse(string text) => new(new("p", int.Parse(text.Split('.')[0])), "n1", 1, int.Parse(text.Split('.')[1]));

    private static string Name(Lease lease) => $"{lease.Task.Number}.{lease.Token}";
}
