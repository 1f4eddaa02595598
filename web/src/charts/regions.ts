// Where Azure's regions are, in degrees east and north: near enough for a picture.
// Source: https://learn.microsoft.com/azure/reliability/regions-list

export const REGIONS: Readonly<Record<string, [number, number]>> = {
  australiacentral: [149.1, -35.3], australiacentral2: [149.1, -35.3], australiaeast: [151.2, -33.9], australiasoutheast: [145, -37.8],
  austriaeast: [16.4, 48.2], belgiumcentral: [4.4, 50.8], brazilsouth: [-46.6, -23.6], brazilsoutheast: [-43.2, -22.9],
  canadacentral: [-79.4, 43.7], canadaeast: [-71.2, 46.8], centralindia: [73.9, 18.6], centralus: [-93.6, 41.6],
  chilecentral: [-70.7, -33.4], chinaeast: [121.5, 31.2], chinaeast2: [121.5, 31.2], chinanorth: [116.4, 39.9], chinanorth2: [116.4, 39.9], chinanorth3: [115, 40.8],
  eastasia: [114.2, 22.3], eastus: [-79.8, 37.4], eastus2: [-78.4, 36.7], francecentral: [2.4, 46.3], francesouth: [2.2, 43.8],
  germanynorth: [8.8, 53.1], germanywestcentral: [8.7, 50.1], indonesiacentral: [106.8, -6.2], israelcentral: [34.8, 31.5], italynorth: [9.2, 45.5],
  japaneast: [139.8, 35.7], japanwest: [135.5, 34.7], jioindiacentral: [79.1, 21.1], jioindiawest: [70, 22.5], koreacentral: [127, 37.6], koreasouth: [129.1, 35.2],
  malaysiawest: [101.7, 3.1], mexicocentral: [-100.4, 20.6], newzealandnorth: [174.8, -36.8], northcentralus: [-87.6, 41.9], northeurope: [-6.3, 53.3],
  norwayeast: [10.8, 59.9], norwaywest: [5.7, 59], polandcentral: [21, 52.2], qatarcentral: [51.4, 25.6], southafricanorth: [28.2, -25.7], southafricawest: [18.8, -34.1],
  southcentralus: [-98.5, 29.4], southeastasia: [103.8, 1.3], southindia: [80.2, 13], spaincentral: [-3.7, 40.4], swedencentral: [17.1, 60.7], swedensouth: [13, 55.6],
  switzerlandnorth: [8.6, 47.5], switzerlandwest: [6.1, 46.2], uaecentral: [54.4, 24.5], uaenorth: [55.3, 25.3], uksouth: [-0.8, 50.9], ukwest: [-3.1, 53.4],
  usgovarizona: [-111.9, 33.4], usgovtexas: [-98.5, 29.4], usgovvirginia: [-78.4, 36.7],
  westcentralus: [-110.2, 40.9], westeurope: [4.9, 52.4], westindia: [72.9, 19.1], westus: [-122.4, 37.8], westus2: [-119.9, 47.2], westus3: [-112.1, 33.4],
};

/** Countries too small for a map of the whole world. */
export const SMALL_COUNTRIES: Readonly<Record<string, [number, number]>> = {
  AD: [1.6, 42.5], AG: [-61.8, 17.1], AW: [-70, 12.5], BB: [-59.6, 13.2], BH: [50.6, 26], BM: [-64.8, 32.3], CV: [-24, 15.1], CW: [-69, 12.2], GD: [-61.7, 12.1],
  GG: [-2.6, 49.5], GI: [-5.4, 36.1], GU: [144.8, 13.4], HK: [114.2, 22.3], IM: [-4.5, 54.2], JE: [-2.1, 49.2], KM: [43.3, -11.7], KY: [-81.3, 19.3], LC: [-61, 13.9],
  LI: [9.5, 47.2], MC: [7.4, 43.7], MO: [113.5, 22.2], MT: [14.4, 35.9], MU: [57.6, -20.3], MV: [73.5, 4.2], SC: [55.5, -4.7], SG: [103.8, 1.4], SM: [12.5, 43.9],
  ST: [6.6, 0.2], VC: [-61.2, 13.3], VG: [-64.6, 18.4], VI: [-64.9, 18.3], WS: [-172.1, -13.8],
};
