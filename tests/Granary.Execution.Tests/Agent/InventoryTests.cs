using Granary.Abstractions.Json;
using Granary.Execution.Tests.Support;
using Granary.Hardware;
using Granary.Model;

namespace Granary.Execution.Tests.Agent;

public sealed class InventoryTests
{
    [Fact]
    public async Task An_agent_tells_what_its_machine_is_made_of_with_what_was_declared()
    {
        var declared = DeclaredResource.Parse("licence=10; never=1 Mon 00:00-00:01, Mon 00:02-00:03");
        await using var harness = await AgentHarness.Start(o => o with { Machine = new(SystemRoot.Machine, TimeProvider.System, [o.DataDirectory], declared: declared), Declared = declared });

        await harness.Node.Until(() => harness.Node.Inventories.Count > 0, "an inventory");

        Assert.InRange(harness.Node.Inventories[0].Length, 100, InventoryJson.Longest);
        var told = InventoryJson.Decode(harness.Node.Inventories[0])!;
        Assert.True(told.Cpu.Threads.Value > 0);
        Assert.Equal(harness.Data, told.Paths.Items.Single().Path);
        Assert.Equal(["licence", "never"], told.Declared.Select(d => d.Name));
        Assert.Equal(10_000, harness.Node.Joins[0].Spec.Capacity.AmountOf("licence"));
    }

    [Fact]
    public async Task An_agent_without_a_machine_to_read_tells_nothing_and_declares_what_it_was_given()
    {
        await using var harness = await AgentHarness.Start();

        Assert.Equal(harness.Options.Node with { Labels = harness.Node.Joins[0].Spec.Labels }, harness.Node.Joins[0].Spec);
        Assert.Empty(harness.Node.Inventories);
    }

    [Fact]
    public void An_inventory_that_is_too_long_is_cut_and_says_so()
    {
        var card = new AcceleratorInventory { Id = new string('x', 90), Vendor = "v", Kind = "gpu", Model = Readings.Absent<string>(new string('n', 4000)) };
        var inventory = new HardwareInventory { Accelerators = Listed.Measured<AcceleratorInventory>([.. Enumerable.Repeat(card, 64)]) };

        var bytes = InventoryJson.Encode(inventory);

        Assert.InRange(bytes.Length, 1, InventoryJson.Longest);
        var told = InventoryJson.Decode(bytes)!.Accelerators;
        Assert.Equal((16, "48 more are left out: the inventory would be too long"), (told.Items.Count, told.Note));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"cpu":{"threads":7}}""")]
    [InlineData("""{"cpu":{"threads":{"value":"many","source":"measured"}}}""")]
    public void What_is_no_inventory_is_none(string text) => Assert.Null(InventoryJson.Decode(System.Text.Encoding.UTF8.GetBytes(text)));
}
