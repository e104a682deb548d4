using Granary.Forecasting.Neural;

namespace Granary.Forecasting.Tests.Neural;

public sealed class LstmInferenceTests
{
    [Theory]
    [InlineData(16, 1)]
    [InlineData(32, 2)]
    [InlineData(48, 3)]
    public void The_fused_pass_gives_what_the_plain_one_gives(int hidden, int layers)
    {
        var network = LstmNetwork<float>.Create(new(5, hidden, layers, 3, 1), 3);
        Compare(new ReferenceLstm(network), new FusedLstm(network), 5, 1e-5);
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(32, 1)]
    [InlineData(32, 2)]
    public void Eight_bits_stay_near_single_precision(int hidden, int layers)
    {
        var network = LstmNetwork<float>.Create(new(5, hidden, layers, 3, 1), 3);
        Compare(new ReferenceLstm(network), new QuantizedLstm(network), 5, 0.06);
    }

    [Fact]
    public void Eight_bits_take_less_than_a_third_of_the_room_of_two_layers_of_64()
    {
        var shape = new LstmShape(9, 64, 2, 3, 1);
        Assert.InRange(new QuantizedLstm(LstmNetwork<float>.Create(shape, 1)).Size, 1, 4 * shape.Head * 3 / 10);
    }

    [Fact]
    public void Eight_bit_sums_are_the_same_with_and_without_the_instruction()
    {
        var network = LstmNetwork<float>.Create(new(6, 48, 2, 3, 1), 9);
        Compare(new QuantizedLstm(network) { Accelerated = false }, new QuantizedLstm(network), 6, 0);
    }

    [Theory]
    [InlineData(LstmPrecision.Reference)]
    [InlineData(LstmPrecision.Fused)]
    [InlineData(LstmPrecision.Int8)]
    public void A_copy_goes_on_like_the_original_and_a_cleared_one_from_the_start(LstmPrecision precision)
    {
        var network = LstmNetwork<float>.Create(new(4, 16, 2, 3, 0), 1);
        var (first, second, fresh) = (LstmInference.Create(network, precision), LstmInference.Create(network, precision), LstmInference.Create(network, precision));
        float[] input = [0.4f, -1, 2, 0.1f];
        first.Advance(input);
        second.CopyFrom(first);
        first.Advance(input);
        second.Advance(input);
        Assert.Equal(first.Output.ToArray(), second.Output.ToArray());
        first.Clear();
        first.Advance(input);
        fresh.Advance(input);
        Assert.Equal(fresh.Output.ToArray(), first.Output.ToArray());
    }

    private static void Compare(LstmInference expected, LstmInference actual, int inputs, double within)
    {
        var random = new Random(11);
        var input = new float[inputs];
        for (var t = 0; t < 200; t++)
        {
            foreach (ref var x in input.AsSpan()) x = (float)Signals.Normal(random);
            expected.Advance(input);
            actual.Advance(input);
            for (var n = 0; n < expected.Output.Length; n++) Assert.Equal(expected.Output[n], actual.Output[n], within);
        }
    }
}
