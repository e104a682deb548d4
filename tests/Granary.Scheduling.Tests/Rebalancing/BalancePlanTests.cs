using Granary.Model;
using Granary.Scheduling.Rebalancing;

namespace Granary.Scheduling.Tests.Rebalancing;

public sealed class BalancePlanTests
{
    private static BalanceState State(int[] capacities, params (int Node, int Cpu, bool Movable, int Rank)[] tasks)
    {
        var list = tasks.Select((t, i) => new BalanceTask(i + 1, t.Node, new ResourceVector([t.Cpu]), t.Rank, t.Movable, i)).ToArray();
        var nodes = capacities.Select((c, n) =>
        {
            var (capacity, used) = (new ResourceVector([c]), list.Where(t => t.Node == n).Aggregate(ResourceVector.Zero, (sum, t) => sum + t.Vector));
            return new BalanceNode($"n{n}", $"k{c}", capacity, used, capacity - used);
        }).ToArray();
        return new BalanceState(nodes, list, (_, _) => true);
    }

    private static IReadOnlyList<int> All(BalanceState state) => [.. Enumerable.Range(0, state.Nodes.Count)];

    [Fact]
    public void Like_nodes_become_alike_and_unlike_nodes_are_left_alone()
    {
        var state = State([10, 10, 4], (0, 3, true, 0), (0, 3, true, 0), (0, 3, true, 0), (2, 1, true, 0), (1, 3, false, 0));
        LoadPlan.Fill(state);
        var move = Assert.Single(state.Moves);
        Assert.Equal((0, 1), (move.From, move.To));
        Assert.Equal("n0 is used 90 %, n1 30 %", move.Why);
        Assert.Equal(0, state.Spread([0, 1]));
    }

    /// <summary>The target is reached wherever an independent search over everything reachable says it can be; the spread never rises; nothing that must stay moves.</summary>
    [Fact]
    public void Load_reaches_the_target_wherever_it_can_be_reached()
    {
        var random = new Random(11);
        var (reachable, unreachable, needed) = (0, 0, 0);
        for (var i = 0; i < 600; i++)
        {
            var nodes = random.Next(2, 4);
            var capacity = random.Next(8, 21);
            var tasks = new List<(int, int, bool, int)>();
            var free = Enumerable.Repeat(capacity, nodes).ToArray();
            for (var t = random.Next(2, 8); t > 0; t--)
            {
                var (node, cpu) = (random.Next(nodes), random.Next(1, 7));
                if (free[node] < cpu) continue;
                free[node] -= cpu;
                tasks.Add((node, cpu, random.Next(5) > 0, 0));
            }
            var state = State([.. Enumerable.Repeat(capacity, nodes)], [.. tasks]);
            var before = state.Spread(All(state));
            var can = Reachable(State([.. Enumerable.Repeat(capacity, nodes)], [.. tasks]), LoadPlan.Target);
            LoadPlan.Fill(state);
            var after = state.Spread(All(state));
            Assert.True(after <= before + 1e-9);
            Assert.All(state.Moves, m => Assert.True(state.Tasks[m.Task].Movable));
            Assert.True(!can || after <= LoadPlan.Target, $"case {i}: {after:P1} though the target can be reached");
            Valid(state);
            _ = can ? reachable++ : unreachable++;
            if (can && before > LoadPlan.Target) needed++;
        }
        Assert.True(reachable > 100 && unreachable > 50 && needed > 100, $"{reachable} {unreachable} {needed}");
    }

    [Fact]
    public void High_priority_gets_the_emptier_nodes()
    {
        var state = State([10, 10, 10], (0, 4, true, 9), (0, 5, true, 0), (1, 6, true, 0), (2, 1, true, 5));
        PriorityPlan.Fill(state);
        var move = Assert.Single(state.Moves);
        Assert.Equal((0, 2), (move.Task, move.To));
        Assert.Equal("of rank 9: n0 is used 90 %, n2 50 % with it", move.Why);
    }

    [Fact]
    public void What_is_spread_thin_is_packed_and_whole_nodes_are_freed()
    {
        var state = State([8, 8, 8, 8], (0, 6, true, 0), (1, 1, true, 0), (2, 1, true, 0), (3, 3, true, 0));
        ConsolidationPlan.Fill(state);
        Assert.Equal([1, 2], Enumerable.Range(0, 4).Where(n => !state.On(n).Any()));
        Valid(state);
    }

    [Fact]
    public void A_node_that_cannot_be_freed_whole_is_left_as_it_is()
    {
        var state = State([8, 8], (0, 5, true, 0), (1, 4, true, 0), (1, 2, true, 0));
        ConsolidationPlan.Fill(state);
        Assert.Empty(state.Moves);
        var pinned = State([8, 8], (0, 2, true, 0), (0, 1, false, 0), (1, 4, false, 0));
        ConsolidationPlan.Fill(pinned);
        Assert.Empty(pinned.Moves);
    }

    [Fact]
    public void Random_plans_of_every_kind_only_make_moves_that_have_room()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var capacities = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(1, 3) * 16).ToArray();
            var free = (int[])capacities.Clone();
            var tasks = new List<(int, int, bool, int)>();
            for (var t = random.Next(40); t > 0; t--)
            {
                var (node, cpu) = (random.Next(capacities.Length), random.Next(1, 9));
                if (free[node] < cpu) continue;
                free[node] -= cpu;
                tasks.Add((node, cpu, random.Next(6) > 0, random.Next(3)));
            }
            foreach (var fill in new Action<BalanceState>[] { LoadPlan.Fill, PriorityPlan.Fill, ConsolidationPlan.Fill })
            {
                var state = State(capacities, [.. tasks]);
                fill(state);
                Valid(state);
            }
        }
    }

    /// <summary>Plays the moves again from the start: each has room when its turn comes.</summary>
    private static void Valid(BalanceState planned)
    {
        var again = new BalanceState(planned.Nodes, planned.Tasks, (_, _) => true);
        foreach (var move in planned.Moves)
        {
            Assert.True(again.MayMove(move.Task, move.To));
            Assert.Equal(move.From, again.At(move.Task));
            again.Move(move.Task, move.To, "");
        }
    }

    private static bool Reachable(BalanceState state, double target)
    {
        var seen = new HashSet<string>();
        return Try();

        bool Try()
        {
            if (!seen.Add(string.Join(',', Enumerable.Range(0, state.Tasks.Count).Select(state.At)))) return false;
            if (state.Spread(All(state)) <= target) return true;
            for (var task = 0; task < state.Tasks.Count; task++)
                foreach (var to in All(state))
                {
                    if (!state.MayMove(task, to)) continue;
                    state.Move(task, to, "");
                    var found = Try();
                    state.Undo();
                    if (found) return true;
                }
            return false;
        }
    }
}
