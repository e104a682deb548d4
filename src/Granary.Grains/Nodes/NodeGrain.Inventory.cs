using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Grains.Nodes;

/// <summary>What the machine is made of, as its agent told last.</summary>
public sealed partial class NodeGrain
{
    private byte[] _inventory = [];

    public Task TakeInventory(string session, byte[] inventory)
    {
        if (inventory.Length > InventoryJson.Longest)
            throw GranaryException.Invalid($"node {_name}: an inventory of {inventory.Length} bytes is longer than {InventoryJson.Longest}");
        var checkedIn = CheckSessionAsync(session);
        _inventory = inventory;
        return checkedIn;
    }

    public Task<byte[]> Inventory()
    {
        _ = Spec;
        return Task.FromResult(_inventory);
    }
}
